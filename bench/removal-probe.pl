#!/usr/bin/perl
# Tells how long I/O to a device has to wait while a command runs. Without modules, as test/kernel/fuzz/mapper.pl.
#
#   removal-probe.pl DEVICE BLOCKS RATE COMMAND
#
# Reads a block of 4 KiB somewhere, writes block 0, and so on, past the page cache, with a pause of PAUSE after each. RATE writes in
# a second (0 for none) to blocks somewhere come from a second process. Both begin SETTLE before the command of the shell, and
# go on so long after it. What each writes begins with "block NUMBER", so that the device can be looked at later.
#
# The last line of the output is JSON: the command's exit status and how long it took, and for both processes and the times before, during and after the
# command the number of I/Os, the longest and the median wait. All times are in seconds. An I/O under way when the command begins or ends counts as during it.
use strict;

my $BLOCK             = 4096;
my $O_RDWR            = 2;
my $O_DIRECT          = 040000;
my $SYS_CLOCK_GETTIME = 228;
my $CLOCK_MONOTONIC   = 1;
my $PAUSE             = 0.004;
my $SETTLE            = 1;

my ($path, $blocks, $rate, $command) = @ARGV;
my $stop = 0;

sub now {
    my $time = "\0" x 16;
    syscall $SYS_CLOCK_GETTIME, $CLOCK_MONOTONIC, $time;
    my ($seconds, $nanoseconds) = unpack 'q q', $time;
    return $seconds + $nanoseconds / 1e9;
}

sub pause {
    my ($seconds) = @_;
    select undef, undef, undef, $seconds if $seconds > 0;
}

# Direct I/O takes aligned memory: what is used of this string begins at a multiple of the block size. A write to it first: until then
# perl shares it with the constant, and it would move.
my $memory = 'x' x (2 * $BLOCK);
substr $memory, 0, 1, 'y';
my $start = -unpack('Q', pack 'P', $memory) % $BLOCK;

sub write_block {
    my ($device, $block) = @_;
    substr $memory, $start, 32, sprintf "block %-25d\n", $block;
    sysseek $device, $block * $BLOCK, 0;
    my $count = syswrite $device, $memory, $BLOCK, $start;
    defined $count && $count == $BLOCK or die "write of block $block: $!";
}

sub read_block {
    my ($device, $block) = @_;
    sysseek $device, $block * $BLOCK, 0;
    my $count = sysread $device, $memory, $BLOCK, $start;
    defined $count && $count == $BLOCK or die "read of block $block: $!";
}

sub anywhere { return 1 + int rand($blocks - 1) }

# One I/O after the other until it is told to end; then "BEGIN END" of each goes to $report.
sub work {
    my ($report, $interval, $one) = @_;
    $SIG{TERM} = sub { $stop = 1 };
    sysopen my $device, $path, $O_RDWR | $O_DIRECT or die "$path: $!";
    my @times;
    while (!$stop) {
        my $begin = now();
        $one->($device, scalar @times);
        my $end = now();
        push @times, [$begin, $end];
        pause($interval->($end - $begin));
    }
    print {$report} join ' ', map { sprintf '%.6f %.6f', @$_ } @times;
    close $report;
}

sub begin {
    my (@work) = @_;
    pipe my $reader, my $writer or die "pipe: $!";
    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        close $reader;
        work($writer, @work);
        exit 0;
    }
    close $writer;
    return { pid => $pid, reader => $reader };
}

sub end {
    my ($worker) = @_;
    kill 'TERM', $worker->{pid};
    local $/;
    my $reader = $worker->{reader};
    my @numbers = split ' ', <$reader>;
    waitpid $worker->{pid}, 0;
    $? == 0 or die "an I/O failed";
    return map { [@numbers[2 * $_, 2 * $_ + 1]] } 0 .. @numbers / 2 - 1;
}

sub summary {
    my @waits = sort { $a <=> $b } map { $_->[1] - $_->[0] } @_;
    return sprintf '{"count":%d,"longest":%.4f,"median":%.4f}', scalar @waits, $waits[-1] // 0, $waits[@waits / 2] // 0;
}

sub report {
    my ($from, $to, @ios) = @_;
    my @before = grep { $_->[1] < $from } @ios;
    my @during = grep { $_->[1] >= $from && $_->[0] <= $to } @ios;
    my @after  = grep { $_->[0] > $to } @ios;
    return sprintf '{"before":%s,"during":%s,"after":%s}', summary(@before), summary(@during), summary(@after);
}

srand 1;
my @workers = begin(
    sub { $PAUSE },
    sub { my ($device, $number) = @_; $number % 2 ? write_block($device, 0) : read_block($device, anywhere()) }
);
srand 2;
push @workers, begin(sub { 1 / $rate - $_[0] }, sub { write_block($_[0], anywhere()) }) if $rate > 0;

pause($SETTLE);
my $from = now();
system '/bin/sh', '-c', $command;
my $status = $? & 127 ? 128 + ($? & 127) : $? >> 8;
my $to = now();
pause($SETTLE);
my @reports = map { report($from, $to, end($_)) } @workers;
printf qq({"status":%d,"seconds":%.4f,"probe":%s,"writer":%s}\n), $status, $to - $from, $reports[0], $reports[1] // 'null';

#!/usr/bin/perl
# Speaks to the device-mapper by its ioctls, many steps in one process: under emulation a dmsetup process takes longer than all
# that the kernel does for it. Without modules, as each would be read through the shared root.
#
# Standard input: one step per line.
#   create NAME                             makes a device without a table. It takes longer than all else that a case needs (and longer each
#                                           time in user-mode Linux), so make few devices and give them one table after the other.
#   load NAME SECTORS TARGET PARAMETERS     loads a table and makes it the device's: the old one is suspended and destroyed. If the new one
#                                           is refused, the old one stays. @NAME in the parameters stands for a device created before.
#   try NAME SECTORS TARGET PARAMETERS      loads a table, asks how the kernel prints it, and takes it back: the device gets no table
#   status NAME
#   remove NAME
#   copy FROM BYTE TO BYTES                 copies so many bytes from that byte of a block device to the beginning of another one
#   note TEXT                               puts a line on the console, so that a crash can be assigned to what led to it
#   panic                                   the end of this kernel
# Standard output: for each step, "LINE NUMBER, tab, ok or failed, tab, TEXT", and before that for each line of the device-mapper's in
# the kernel log "LINE NUMBER, tab, log, tab, MESSAGE". TEXT: of status the target's status line, of try the parameters of
# the table line, of a failure the ioctl and the reason.
use strict;

my $HEADER_BYTES = 312;
my $TARGET_BYTES = 40;
my $BUFFER_BYTES = 16384;
my %IOCTL        = (create => 3, remove => 4, suspend => 6, load => 9, clear => 10, status => 12);
my $SUSPEND_FLAG = 2;
my $TABLE_FLAG   = 16;
my $INACTIVE     = 4096;
my $O_NONBLOCK   = 2048;
my $O_WRONLY     = 1;
my $O_SYNC       = 04010000;

my %device;

open my $control, '+<', '/dev/mapper/control' or die "/dev/mapper/control: $!";
sysopen my $log, '/dev/kmsg', $O_NONBLOCK or die "/dev/kmsg: $!";
sysseek $log, 0, 2;

# struct dm_ioctl, then what the ioctl takes; returns the kernel's answer, or undef and $! tells.
sub device_mapper {
    my ($verb, $name, $flags, $targets, $data) = @_;
    my @words  = (4, 0, 0, $BUFFER_BYTES, $HEADER_BYTES, $targets, 0, $flags, 0, 0);
    my $header = pack 'L10 Q a128 a129 x7', @words, 0, $name, '';
    my $buffer = $header . $data;
    $buffer .= "\0" x ($BUFFER_BYTES - length $buffer);
    return ioctl($control, 0xC138FD00 | $IOCTL{$verb}, $buffer) ? $buffer : undef;
}

sub create {
    my ($name) = @_;
    my $answer = device_mapper('create', $name, 0, 0, '') or return (0, "create: $!");
    my $number = unpack 'Q', substr $answer, 40, 8;
    $device{$name} = (($number & 0xfff00) >> 8) . ':' . (($number & 0xff) | (($number >> 12) & 0xfff00));
    return (1, $device{$name});
}

sub load_table {
    my ($name, $sectors, $target, $parameters) = split / /, $_[0], 4;
    $parameters =~ s/\@(\w+)/$device{$1}/g;
    my $table = pack('Q Q l L a16', 0, $sectors, 0, 0, $target) . "$parameters\0";
    return device_mapper('load', $name, 0, 1, $table);
}

sub load {
    my ($name) = split / /, $_[0];
    load_table(@_) or return (0, "load: $!");
    device_mapper('suspend', $name, $SUSPEND_FLAG, 0, '') or return (0, "suspend: $!");
    device_mapper('suspend', $name, 0, 0, '') or return (0, "resume: $!");
    return (1, '');
}

sub try {
    my ($name) = split / /, $_[0];
    load_table(@_) or return (0, "load: $!");
    my ($ok, $text) = status($name, $TABLE_FLAG | $INACTIVE);
    device_mapper('clear', $name, 0, 0, '') or return (0, "clear: $!");
    return ($ok, $text);
}

sub status {
    my ($name, $flags) = @_;
    my $answer = device_mapper('status', $name, $flags || 0, 0, '') or return (0, "status: $!");
    my $start = unpack 'L', substr $answer, 16, 4;
    return (1, unpack 'Z*', substr $answer, $start + $TARGET_BYTES);
}

sub remove {
    my ($name) = @_;
    return device_mapper('remove', $name, 0, 0, '') ? (1, '') : (0, "remove: $!");
}

sub copy {
    my ($from, $byte, $to, $bytes) = split / /, $_[0];
    sysopen my $source,      $from, 0                  or return (0, "$from: $!");
    sysopen my $destination, $to,   $O_WRONLY | $O_SYNC or return (0, "$to: $!");
    sysseek $source, $byte, 0;
    my $content;
    for (my $at = 0; $at < $bytes;) {
        my $count = sysread($source, $content, $bytes - $at) or return (0, "$from: $!");
        syswrite($destination, $content, $count) == $count or return (0, "$to: $!");
        $at += $count;
    }
    return (1, '');
}

sub note {
    open my $kmsg, '>', '/dev/kmsg' or return (0, "note: $!");
    syswrite $kmsg, "<3>@_\n";
    return (1, '');
}

sub panic {
    open my $trigger, '>', '/proc/sysrq-trigger' or return (0, "panic: $!");
    syswrite $trigger, 'c';
    return (0, 'panic: the kernel is still alive');
}

sub print_log {
    my ($line) = @_;
    while (1) {
        my $count = sysread $log, my $record, 8192;
        # EPIPE tells that the log ran over: then what is left of it comes next.
        next if !defined $count && $!{EPIPE};
        return if !$count;
        print "$line\tlog\t$1\n" if $record =~ /^[^;]*;(device-mapper: .*)/;
    }
}

my %verbs = (
    create => \&create,
    load   => \&load,
    try    => \&try,
    status => \&status,
    remove => \&remove,
    copy   => \&copy,
    note   => \&note,
    panic  => \&panic,
);
while (my $step = <STDIN>) {
    chomp $step;
    # Now, for a step that reads makes it another handle's.
    my $line = $.;
    my ($verb, $rest) = split / /, $step, 2;
    my ($ok, $text) = $verbs{$verb}->($rest);
    print_log($line);
    print "$line\t", $ok ? 'ok' : 'failed', "\t$text\n";
}

#!/usr/bin/perl
# Runs workloads against a writecache and tells where the kernel did something else than was foretold. One process for many
# workloads, and without modules, as mapper.pl and for its reasons.
#
# Arguments: the origin's disk, the cache's disk. It makes three devices: "origin" and "cache", which map parts of the disks, and "wc".
#
# Standard input, one step per line, fields separated by tabs. First what sets a workload up and its end, without an answer:
#   scheduler NAME                    of the disks; "none" leaves requests in their order
#   workload ID
#   map DEVICE SEGMENT;SEGMENT        gives origin or cache a table at once: "START LENGTH TARGET PARAMETERS" with the disk as @disk
#   areas BLOCK META_AT META_BYTES DATA_AT BLOCKS ORIGIN_AT ORIGIN_BLOCKS
#                                     where to look: bytes of a block; where metadata, data and origin begin on their disks (bytes) and how
#                                     much they are. What is there now is what the first step expects.
#   end                               takes the table away (an orderly end)
# Then steps, with what is expected after them: VERB ARGUMENTS, tab, RESULT, tab, STATUS, tab, METADATA, tab, DATA, tab, ORIGIN.
#   write SECTOR BLOCKS TAG           one bio of content made from tag and sector, past the page cache
#   fua SECTOR BLOCKS TAG             the same with FUA and without a flush behind it
#   read SECTOR BLOCKS                its result is what was read: "ok" and the identity of each block
#   flush | discard SECTOR SECTORS | message NAME | suspend | resume | sleep MS
#   load SECTORS PARAMETERS           loads a writecache table, for the next resume. Its result is "ok" and the table as the kernel prints it
#   remap DEVICE SEGMENT;SEGMENT      as map, in the middle of a workload
#   check                             compares also the cache's data and the origin
# RESULT is "ok" or the number of an error; STATUS the target's status line. The others say what has changed since the step before:
# METADATA "BYTE=HEX,...", DATA and ORIGIN "BLOCK=IDENTITY,...".
# The identity of a block's content: "z" for zeros; TAG@SECTOR, of which @SECTOR is left out at that sector of the origin; "?HEX" for
# anything else.
#
# Standard output, a line per step: NUMBER of the line, milliseconds since the start (tenths), and polls it took to be as expected; or when
# it is not: the word "differs" and as RESULT, STATUS, METADATA, DATA and ORIGIN what was found, the latter three as the difference from what
# was expected; empty where there is none. After the first difference in a workload, what is seen when the target is at rest is told.
# All of it is on the console, too, for whoever has to know how far a kernel came that died: lines "differential begin" where this program
# does, "differential workload ID", and "differential answer PIECE" with | for tabs and a point behind each answer.
use strict;

my $HEADER_BYTES = 312;
my $TARGET_BYTES = 40;
my $BUFFER_BYTES = 4096;
my %IOCTL        = (create => 3, remove => 4, suspend => 6, load => 9, status => 12, message => 14);
my $SUSPEND_FLAG = 2;
my $TABLE_FLAG   = 16;
my $INACTIVE     = 4096;
my $O_RDWR       = 2;
my $O_DIRECT     = 040000;
my $BLKDISCARD   = 0x1277;
my $MEMORY_BYTES = 2 << 20;
my $PAGE         = 4096;
my $RECORD       = 16;
my $MAGIC        = 0x57434f4e;

my %CALL = (pread => 17, pwrite => 18, fsync => 74, io_setup => 206, io_getevents => 208, io_submit => 209, clock_gettime => 228);
my ($IOCB_PWRITE, $RWF_DSYNC, $CLOCK_MONOTONIC) = (1, 2, 1);

# How long a target is unchanged, with no block under writeback, before it counts as at rest, in milliseconds and in polls: so long while it may
# still become as expected, and so long once it was not. A poll reads from the disk, behind what the kernel does there. Both, because a
# guest does not run all the time. After so many polls it is told as it is, at rest or not.
my %REST        = (hopeful => [60, 80], afterwards => [10, 25]);
my $MOST_POLLS  = 2000;
# So many polls more after a step that makes work for the kernel's threads: some of that work changes nothing that can be seen, but would if it
# came only after the next step.
my $POLLS_AFTER = 2;
my %makes_work  = map { $_ => 1 } qw(write fua discard message resume);
my $EAGER_POLLS = 30;

# The longest text in a line of the kernel log.
my $LOG_BYTES = 800;

my %disk = (origin => $ARGV[0], cache => $ARGV[1]);
my (%number, %handle);

open my $control, '+<', '/dev/mapper/control' or die "/dev/mapper/control: $!";
open my $console, '>', '/dev/kmsg' or die "/dev/kmsg: $!";
# Else the kernel drops what comes too fast.
write_file('/proc/sys/kernel/printk_devkmsg', "on\n");
# A kernel that goes on after a part of it died would only hang later.
write_file('/proc/sys/kernel/panic_on_oops', "1\n");
say_on_console('begin');

# Direct I/O takes aligned memory, and the kernel takes its address as a number.
# A write to it first: until then perl shares it with the constant, and it would move.
my $memory = 'x' x ($MEMORY_BYTES + $PAGE);
substr $memory, 0, 1, 'y';
my $start   = -unpack('Q', pack 'P', $memory) % $PAGE;
my $address = unpack('Q', pack 'P', $memory) + $start;

my $aio = pack 'Q', 0;
syscall($CALL{io_setup}, 1, $aio) == 0 or die "io_setup: $!";
$aio = unpack 'Q', $aio;

sub write_file {
    my ($path, $text) = @_;
    open my $file, '>', $path or return;
    syswrite $file, $text;
}

sub say_on_console {
    my ($text) = @_;
    syswrite $console, "<3>differential $text\n";
}

sub now {
    my $time = pack 'QQ', 0, 0;
    syscall($CALL{clock_gettime}, $CLOCK_MONOTONIC, $time);
    my ($seconds, $nanoseconds) = unpack 'QQ', $time;
    return $seconds * 1e3 + $nanoseconds / 1e6;
}

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
    my $answer = device_mapper('create', $name, 0, 0, '') or die "create $name: $!";
    my $dev    = unpack 'Q', substr $answer, 40, 8;
    my $minor  = ($dev & 0xff) | (($dev >> 12) & 0xfff00);
    $number{$name} = (($dev & 0xfff00) >> 8) . ":$minor";
    return "/dev/dm-$minor";
}

# Segments are "START LENGTH TARGET PARAMETERS", separated by semicolons.
sub load_table {
    my ($name, $segments) = @_;
    my @segments = split /;/, $segments;
    my $table = '';
    for (@segments) {
        my ($at, $sectors, $target, $parameters) = split / /, $_, 4;
        $parameters = '' if !defined $parameters;
        $parameters =~ s/\@disk/$disk{$name}/g;
        $parameters =~ s/\@(\w+)/$number{$1}/g;
        $parameters .= "\0" x (8 - length($parameters) % 8);
        $table .= pack('Q Q l L a16', $at, $sectors, 0, $TARGET_BYTES + length $parameters, $target) . $parameters;
    }
    return device_mapper('load', $name, 0, scalar @segments, $table);
}

sub activate {
    my ($name, $segments) = @_;
    return load_table($name, $segments)
        && device_mapper('suspend', $name, $SUSPEND_FLAG, 0, '')
        && device_mapper('suspend', $name, 0, 0, '');
}

# The text that the target prints; '-' for none.
sub status {
    my ($flags) = @_;
    my $answer = device_mapper('status', 'wc', $flags, 0, '') or return "status: $!";
    my ($at, $targets) = unpack 'L L', substr $answer, 16, 8;
    my $text = $targets == 0 ? '' : unpack 'Z*', substr $answer, $at + $TARGET_BYTES;
    return $text eq '' ? '-' : $text;
}

# ---- content

my ($block_bytes, $block_sectors, %area);

# The content of blocks from this sector on, with this tag: a record for each sector, repeated.
sub content {
    my ($tag, $sector, $blocks) = @_;
    return join '', map { pack('L4', $MAGIC, $tag, $_, (0 + $tag) ^ $_) x (512 / $RECORD) } $sector .. $sector + $blocks * $block_sectors - 1;
}

# What belongs at this sector, as an identity has it.
sub content_of {
    my ($identity, $sector) = @_;
    return "\0" x $block_bytes if $identity eq 'z';
    return pack 'H*', substr $identity, 1 if $identity =~ /^\?/;
    my ($tag, $elsewhere) = split /@/, $identity;
    return content($tag, defined $elsewhere ? $elsewhere : $sector, 1);
}

# $sector is -1 where no sector is the natural one.
sub identity {
    my ($bytes, $sector) = @_;
    return 'z' if $bytes eq "\0" x $block_bytes;
    my ($magic, $tag, $its_sector) = unpack 'L3', $bytes;
    return '?' . unpack 'H*', $bytes if $magic != $MAGIC || $bytes ne content($tag, $its_sector, 1);
    return $its_sector == $sector ? $tag : "$tag\@$its_sector";
}

# ---- what is expected, and what is there

# Reads so many bytes at a byte of a disk: what is on the medium, for nothing else reads it through the page cache.
sub read_raw {
    my ($name, $at, $bytes) = @_;
    my $found = '';
    while ($bytes > length $found) {
        my $left = $bytes - length $found;
        my $piece = $left < $MEMORY_BYTES ? $left : $MEMORY_BYTES;
        my $count = syscall($CALL{pread}, fileno $handle{$name}, $address, $piece + -$piece % 512, $at + length $found);
        die "reading $disk{$name} at $at: $!" if $count < $piece;
        $found .= substr $memory, $start, $piece;
    }
    return $found;
}

sub read_area {
    my ($name) = @_;
    my ($disk, $at, $bytes) = @{ $area{$name} };
    return read_raw($disk, $at, $bytes);
}

my %expected;

sub expect {
    my ($meta, $data, $origin) = @_;
    for (split /,/, $meta) {
        my ($at, $hex) = split /=/;
        substr $expected{meta}, $at, length($hex) / 2, pack 'H*', $hex;
    }
    for ([data => $data], [origin => $origin]) {
        my ($name, $changes) = @$_;
        for (split /,/, $changes) {
            my ($block, $identity) = split /=/;
            my $bytes = content_of($identity, $block * $block_sectors);
            substr $expected{$name}, $block * $block_bytes, $block_bytes, $bytes;
        }
    }
}

# In pieces of an entry's size: "BYTE=HEX,...".
sub meta_difference {
    my ($found) = @_;
    my @pieces;
    for (my $at = 0; $at < length $found; $at += 16) {
        my $piece = substr $found, $at, 16;
        push @pieces, "$at=" . unpack 'H*', $piece if $piece ne substr $expected{meta}, $at, 16;
    }
    return join ',', @pieces;
}

sub area_difference {
    my ($name) = @_;
    my $found = read_area($name);
    return '' if $found eq $expected{$name};
    my @blocks;
    for (my $block = 0; $block * $block_bytes < length $found; $block++) {
        my $bytes = substr $found, $block * $block_bytes, $block_bytes;
        next if $bytes eq substr $expected{$name}, $block * $block_bytes, $block_bytes;
        push @blocks, "$block=" . identity($bytes, $name eq 'origin' ? $block * $block_sectors : -1);
    }
    return join ',', @blocks;
}

my ($differs, $polls);

# Watches until all is as expected, or the target has been at rest for a while; returns the status and metadata seen last.
sub watch {
    my ($status, $polls_after) = @_;
    my ($rest, $rest_polls) = @{ $REST{ $differs ? 'afterwards' : 'hopeful' } };
    my ($same, $since, $last_seen, $last_meta) = (0, 0, '', '');
    for ($polls = 1; $polls < $MOST_POLLS; $polls++) {
        my ($seen, $meta) = (status(0), read_area('meta'));
        my $now = now();
        my $is_same = $seen eq $last_seen && $meta eq $last_meta && $seen !~ /^\d+ \d+ \d+ [1-9]/;
        ($same, $since) = (0, $now) if !$is_same;
        ($last_seen, $last_meta) = ($seen, $meta);
        last if !$differs && $seen eq $status && $meta eq $expected{meta} && $polls_after-- <= 0;
        last if ++$same > $rest_polls && $now > $since + $rest;
        select undef, undef, undef, 0.001 if $polls > $EAGER_POLLS;
    }
    return ($last_seen, $last_meta);
}

# ---- steps

sub fill_memory {
    my ($sector, $blocks, $tag) = @_;
    substr $memory, $start, $blocks * $block_bytes, content($tag, $sector, $blocks);
}

sub outcome {
    my ($count, $wanted) = @_;
    return $count == $wanted ? 'ok' : $count < 0 ? $! + 0 : "short $count";
}

sub write_blocks {
    my ($sector, $blocks, $tag) = @_;
    fill_memory($sector, $blocks, $tag);
    my $bytes = $blocks * $block_bytes;
    return outcome(syscall($CALL{pwrite}, fileno $handle{wc}, $address, $bytes, $sector * 512), $bytes);
}

# Through asynchronous I/O: behind a write of the other kind with O_DSYNC, the kernel flushes the device.
sub write_fua {
    my ($sector, $blocks, $tag) = @_;
    fill_memory($sector, $blocks, $tag);
    my $bytes = $blocks * $block_bytes;
    my $iocb = pack 'Q L L S s L Q Q q Q L L', 0, 0, $RWF_DSYNC, $IOCB_PWRITE, 0, fileno $handle{wc}, $address, $bytes, $sector * 512, 0, 0, 0;
    my $list = pack 'P', $iocb;
    return outcome(-1) if syscall($CALL{io_submit}, $aio, 1, $list) != 1;
    my $event = "\0" x 32;
    syscall($CALL{io_getevents}, $aio, 1, 1, $event, 0) == 1 or die "io_getevents: $!";
    my $count = unpack 'x16 q', $event;
    return $count == $bytes ? 'ok' : $count < 0 ? -$count : "short $count";
}

sub read_blocks {
    my ($sector, $blocks) = @_;
    my $bytes = $blocks * $block_bytes;
    # A block that is not read although the read succeeds shows as zeros.
    substr $memory, $start, $bytes, "\0" x $bytes;
    my $count = syscall($CALL{pread}, fileno $handle{wc}, $address, $bytes, $sector * 512);
    return outcome($count, $bytes) if $count != $bytes;
    my @identities = map {
        identity(substr($memory, $start + $_ * $block_bytes, $block_bytes), $sector + $_ * $block_sectors)
    } 0 .. $blocks - 1;
    return "ok @identities";
}

sub load {
    my ($sectors, $parameters) = @_;
    load_table('wc', "0 $sectors writecache $parameters") or return $! + 0;
    my $text = status($TABLE_FLAG | $INACTIVE);
    $text =~ s/^(\w) $number{origin} $number{cache} /$1 \@origin \@cache /;
    return "ok $text";
}

sub done { return $_[0] ? 'ok' : $! + 0 }

my %verbs = (
    write   => \&write_blocks,
    fua     => \&write_fua,
    read    => \&read_blocks,
    flush   => sub { return done(syscall($CALL{fsync}, fileno $handle{wc}) == 0) },
    discard => sub { return done(ioctl $handle{wc}, $BLKDISCARD, my $range = pack 'QQ', $_[0] * 512, $_[1] * 512) },
    message => sub { return done(device_mapper('message', 'wc', 0, 0, pack('Q', 0) . "$_[0]\0")) },
    suspend => sub { return done(device_mapper('suspend', 'wc', $SUSPEND_FLAG, 0, '')) },
    resume  => sub { return done(device_mapper('suspend', 'wc', 0, 0, '')) },
    sleep   => sub { select undef, undef, undef, $_[0] / 1000; return 'ok' },
    load    => \&load,
    remap   => sub { return done(activate(@_)) },
    check   => sub { return 'ok' },
);

# Verbs whose last argument has spaces.
my %arguments = (load => 2, remap => 2);

sub run_step {
    my ($line, $step, $result, $status, $meta, $data, $origin) = @_;
    expect($meta, $data, $origin);
    my ($verb, $rest) = split / /, $step, 2;
    my @found = $verbs{$verb}->(split / /, $rest, $arguments{$verb} || 0);
    my ($seen, $bytes) = watch($status, $makes_work{$verb} ? $POLLS_AFTER : 0);
    push @found, $seen, meta_difference($bytes), map { $verb eq 'check' ? area_difference($_) : '' } qw(data origin);
    my $time = int(now() * 10);
    if ("@found" eq "$result $status   ") {
        answer($line, $time, $polls);
        return;
    }
    $differs = 1;
    $found[0] = '' if $found[0] eq $result;
    $found[1] = '' if $found[1] eq $status;
    answer($line, $time, 'differs', @found);
}

sub answer {
    my $text = join "\t", @_;
    print "$text\n";
    # The console may make something else of a tab.
    $text =~ tr/\t/|/;
    say_on_console("answer $1") while $text =~ s/^(.{$LOG_BYTES})//;
    say_on_console("answer $text.");
}

my %settings = (
    scheduler => sub {
        for my $path (values %disk) {
            my ($name) = $path =~ /(\w+)$/;
            write_file("/sys/block/$name/queue/scheduler", "$_[0]\n");
            write_file("/sys/block/$name/queue/nomerges", $_[0] eq 'none' ? "2\n" : "0\n");
        }
    },
    workload => sub {
        say_on_console("workload @_");
        $differs = 0;
    },
    map   => sub { activate(@_) or die "map @_: $!" },
    areas => sub {
        ($block_bytes, my ($meta_at, $meta_bytes, $data_at, $blocks, $origin_at, $origin_blocks)) = @_;
        $block_sectors = $block_bytes / 512;
        %area = (
            meta   => ['cache', $meta_at, $meta_bytes],
            data   => ['cache', $data_at, $blocks * $block_bytes],
            origin => ['origin', $origin_at, $origin_blocks * $block_bytes],
        );
        $expected{$_} = read_area($_) for keys %area;
    },
    end => sub { activate('wc', '0 1 error') or die "end: $!" },
);

for my $name (qw(origin cache)) {
    sysopen $handle{$name}, $disk{$name}, $O_RDWR | $O_DIRECT or die "$disk{$name}: $!";
    create($name);
}
my $path = create('wc');
activate('wc', '0 1 error') or die "error: $!";
sysopen $handle{wc}, $path, $O_RDWR | $O_DIRECT or die "$path: $!";

while (my $line = <STDIN>) {
    chomp $line;
    my ($step, @expected) = split /\t/, $line, -1;
    my ($verb, $rest) = split / /, $step, 2;
    if ($settings{$verb}) {
        $settings{$verb}->(split / /, defined $rest ? $rest : '', $verb eq 'map' ? 2 : 0);
    } else {
        run_step($., $step, @expected);
    }
}
close $handle{wc};
for (qw(wc cache origin)) {
    device_mapper('remove', $_, 0, 0, '') or die "remove $_: $!";
}

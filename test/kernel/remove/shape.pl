#!/usr/bin/perl
# Writes to a device, past the page cache, what its standard input says, and the same into a file elsewhere: what every
# byte of the device must be, whoever keeps it. Without modules, as mapper.pl.
#
# Arguments: DEVICE, RECORD (a file as long as the device), BLOCK (bytes).
# Input, a line each: "write BLOCK COUNT VERSION" (one request), "sync", "discard BLOCK COUNT" (afterwards the content is
# what the device says it is), "flush" (the message).
use strict;

my $O_RDWR     = 2;
my $O_DIRECT   = 040000;
my $SYS_FSYNC  = 74;
my $BLKDISCARD = 0x1277;
my $RECORD     = 32;
my $PAGE       = 4096;
my $MOST       = 1 << 20;

my ($path, $record_path, $block_size) = @ARGV;
sysopen my $device, $path, $O_RDWR | $O_DIRECT or die "$path: $!";
sysopen my $record, $record_path, $O_RDWR or die "$record_path: $!";

# Direct I/O takes aligned memory. A write to it first: until then perl shares it with the constant, and it would move.
my $memory = 'x' x ($MOST + $PAGE);
substr $memory, 0, 1, 'y';
my $start;
align();

sub align { $start = -unpack('Q', pack 'P', $memory) % $PAGE }

sub keep {
    my ($offset, $bytes) = @_;
    sysseek $record, $offset, 0;
    my $count = syswrite $record, $memory, $bytes, $start;
    defined $count && $count == $bytes or die "record: $!";
}

sub write_blocks {
    my ($block, $count, $version) = @_;
    for my $each (0 .. $count - 1) {
        my $content = sprintf("block %010d has %010d\n", $block + $each, $version) x ($block_size / $RECORD);
        substr $memory, $start + $each * $block_size, $block_size, $content;
    }
    sysseek $device, $block * $block_size, 0;
    my $written = syswrite $device, $memory, $count * $block_size, $start;
    defined $written && $written == $count * $block_size or die "write of $block: $!";
    keep($block * $block_size, $count * $block_size);
}

sub discard {
    my ($block, $count) = @_;
    my ($offset, $bytes) = ($block * $block_size, $count * $block_size);
    my $range = pack 'QQ', $offset, $bytes;
    ioctl $device, $BLKDISCARD, $range or die "discard: $!";
    sysseek $device, $offset, 0;
    my $count_read = sysread $device, $memory, $bytes, $start;
    defined $count_read && $count_read == $bytes or die "read: $!";
    keep($offset, $bytes);
    # A read cuts off what was behind it.
    $memory .= 'x' x ($MOST + $PAGE - length $memory);
    align();
}

while (my $line = <STDIN>) {
    my ($verb, @numbers) = split ' ', $line;
    if    ($verb eq 'write')   { write_blocks(@numbers) }
    elsif ($verb eq 'sync')    { syscall($SYS_FSYNC, fileno $device) == 0 or die "fsync: $!" }
    elsif ($verb eq 'discard') { discard(@numbers) }
    elsif ($verb eq 'flush')   { system('dmsetup', 'message', $path, 0, 'flush') == 0 or die "flush\n" }
    else                       { die "what is $verb?\n" }
}

#!/usr/bin/perl
# Writes to a device until the power is cut, and keeps books that survive it. Without modules, as mapper.pl.
#
# Arguments: DEVICE, BLOCKS (of 4096 bytes, that are overwritten at random), FIRST (version to begin with), BOOK (a file on the host), SEED, and where it is to
# end by itself, LAST (version).
# Behind those blocks it writes a log, several blocks at a time, that never comes to the same sector twice.
# The book: "w BLOCK COUNT VERSION" before a write, "f VERSION" when everything up to that version has been flushed.
use strict;

my $BLOCK     = 4096;
my $RECORD    = 32;
my $MOST      = 6;
my $O_RDWR    = 2;
my $O_DIRECT  = 040000;
my $SYS_FSYNC = 74;

my ($path, $blocks, $version, $book_path, $seed, $last) = @ARGV;
srand $seed;
sysopen my $device, $path, $O_RDWR | $O_DIRECT or die "$path: $!";
open my $book, '>>', $book_path or die "$book_path: $!";

# Direct I/O takes aligned memory. A write to it first: until then perl shares it with the constant, and it would move.
my $memory = 'x' x (($MOST + 1) * $BLOCK);
substr $memory, 0, 1, 'y';
my $start = -unpack('Q', pack 'P', $memory) % $BLOCK;

sub note { syswrite $book, "@_\n" }

sub write_blocks {
    my ($block, $count) = @_;
    note('w', $block, $count, $version);
    for my $each (0 .. $count - 1) {
        my $content = sprintf("block %010d has %010d\n", $block + $each, $version) x ($BLOCK / $RECORD);
        substr $memory, $start + $each * $BLOCK, $BLOCK, $content;
    }
    sysseek $device, $block * $BLOCK, 0;
    my $written = syswrite $device, $memory, $count * $BLOCK, $start;
    defined $written && $written == $count * $BLOCK or die "write: $!";
}

my $log = $blocks + $version * $MOST;
for (; !defined $last || $version <= $last; $version++) {
    if (rand() < 0.3) {
        my $count = 1 + int rand $MOST;
        write_blocks($log, $count);
        $log += $count;
    } else {
        write_blocks(int rand $blocks, 1);
    }
    next if rand() > 0.15;
    syscall($SYS_FSYNC, fileno $device) == 0 or die "fsync: $!";
    note('f', $version);
}

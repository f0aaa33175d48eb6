#!/usr/bin/perl
# Reads a device over and over, past the page cache, and holds it against what it must be: a read that was stale for a
# moment only is seen too. Without modules, as mapper.pl.
#
# Arguments: DEVICE, RECORD (a file as long as the device, as it is now), FOLDER, BYTES (of the device, from its beginning).
# FOLDER/rounds   how often all of it was read.
# FOLDER/stop     ends it, FOLDER/report is there then: a line of JSON.
use strict;

my $O_DIRECT = 040000;
my $PAGE     = 4096;
my $PIECE    = 1 << 18;

my ($path, $record_path, $folder, $bytes_watched) = @ARGV;
sysopen my $device, $path, $O_DIRECT or die "$path: $!";
open my $record, '<', $record_path or die "$record_path: $!";
read $record, my $wanted, $bytes_watched or die "$record_path: $!";

# Direct I/O takes aligned memory. A write to it first: until then perl shares it with the constant, and it would move.
my $memory = 'x' x ($PIECE + $PAGE);
substr $memory, 0, 1, 'y';
my $start = -unpack('Q', pack 'P', $memory) % $PAGE;

my ($reads, $errors, $wrong, @examples) = (0, 0, 0);

sub look {
    my ($offset) = @_;
    my $bytes = length($wanted) - $offset < $PIECE ? length($wanted) - $offset : $PIECE;
    sysseek $device, $offset, 0;
    my $count = sysread $device, $memory, $bytes, $start;
    $reads++;
    if (!defined $count || $count != $bytes) {
        $errors++;
    } elsif (substr($memory, $start, $bytes) ne substr $wanted, $offset, $bytes) {
        $wrong++;
        push @examples, "\"at $offset\"" if @examples < 5;
    }
}

sub write_text {
    my ($file, $text) = @_;
    open my $handle, '>', "$folder/new" or die "$folder/new: $!";
    print {$handle} $text;
    close $handle;
    rename "$folder/new", $file or die "$file: $!";
}

for (my $round = 1; !-e "$folder/stop"; $round++) {
    for (my $offset = 0; $offset < length $wanted && !-e "$folder/stop"; $offset += $PIECE) {
        look($offset);
        # Others need the processor too.
        select undef, undef, undef, 0.05;
    }
    write_text("$folder/rounds", "$round\n");
}
my $list = join ', ', @examples;
write_text("$folder/report", "{\"reads\": $reads, \"errors\": $errors, \"wrong\": $wrong, \"examples\": [$list]}\n");

#!/usr/bin/perl
# An application that keeps books. It writes numbered versions into the blocks of a device, past the page cache, reads them
# back all the time, and knows of each block which version was made durable (a flush after it succeeded), which one was
# acknowledged, and which one was tried last. Without modules, as mapper.pl.
#
#   ledger.pl run DEVICE BLOCKS FOLDER     works as FOLDER/phase says, until that says end:
#       write    writes blocks at random, flushes after every 16th, and reads others
#       dirty    the same without a flush
#       read     only reads, one block after the other
#     A phase's name may go on behind a dash (read-after), so that its report is told from another's.
#     After a write or flush has failed it only reads, as an application would, until the phase changes.
#   ledger.pl check DEVICE FOLDER          counts the blocks that are not what was last acknowledged
#   ledger.pl durable DEVICE FOLDER        counts the blocks that are older than what was made durable
#
# FOLDER/at     "PHASE ROUNDS": how often the work of the phase (64 writes, or a read of every block) was done.
# FOLDER/report a line of JSON for each phase that has ended. stale: a read gave an older version than the durable one, one
#               or one that nobody wrote. fell: a read gave an older version than the acknowledged one, but the durable
#               one or a later one.
# FOLDER/ledger the books: a line "DURABLE CURRENT TRIED" for each block, when it has ended.
use strict;

my $BLOCK     = 4096;
my $RECORD    = 32;
my $O_RDWR    = 2;
my $O_DIRECT  = 040000;
my $SYS_FSYNC = 74;
my $FLUSH_AT  = 16;
my $ROUND     = 64;
my $BURST     = 4;

my ($verb, $path, @rest) = @ARGV;
sysopen my $device, $path, $O_RDWR | $O_DIRECT or die "$path: $!";
binmode $device;

# Direct I/O takes aligned memory: what is used of this string begins at a multiple of the block size.
# A write to it first: until then perl shares it with the constant, and it would move.
my $memory = 'x' x (3 * $BLOCK);
substr $memory, 0, 1, 'y';
my $start = -unpack('Q', pack 'P', $memory) % $BLOCK;

sub content {
    my ($block, $version) = @_;
    return "\0" x $BLOCK if $version == 0;
    return sprintf("block %010d has %010d\n", $block, $version) x ($BLOCK / $RECORD);
}

sub write_block {
    my ($block, $version) = @_;
    substr $memory, $start, $BLOCK, content($block, $version);
    sysseek $device, $block * $BLOCK, 0;
    my $count = syswrite $device, $memory, $BLOCK, $start;
    return defined $count && $count == $BLOCK;
}

# The version in a block; undef when it cannot be read, -1 when it is none.
sub read_block {
    my ($block) = @_;
    sysseek $device, $block * $BLOCK, 0;
    my $count = sysread $device, $memory, $BLOCK, $start;
    return undef if !defined $count || $count != $BLOCK;
    my $text = substr $memory, $start, $BLOCK;
    my $version = $text =~ /^block \d+ has (\d+)\n/ ? $1 + 0 : 0;
    return $text eq content($block, $version) ? $version : -1;
}

sub read_text {
    my ($file) = @_;
    open my $handle, '<', $file or return '';
    local $/;
    my $text = <$handle>;
    return defined $text ? $text : '';
}

sub write_text {
    my ($file, $text, $mode) = @_;
    open my $handle, $mode || '>', $file or die "$file: $!";
    print {$handle} $text;
}

if ($verb ne 'run') {
    my $column = $verb eq 'durable' ? 0 : 1;
    my ($block, $wrong) = (0, 0);
    for my $line (split /\n/, read_text("$rest[0]/ledger")) {
        my $wanted = (split / /, $line)[$column];
        my $found = read_block($block++);
        $wrong++ if !defined $found || ($column == 0 ? $found < $wanted : $found != $wanted);
    }
    print "$wrong of $block\n";
    exit;
}

my ($blocks, $folder) = @rest;
my @durable = (0) x $blocks;
my @current = (0) x $blocks;
my @tried   = (0) x $blocks;
my ($phase, $failed, $work, $next, $serial) = ('', 0, 0, 0, 0);
my (%count, @stale);

sub report {
    return if $phase eq '';
    my $counts = join ', ', map { "\"$_\": " . ($count{$_} || 0) }
        qw(writes write_errors flushes flush_errors reads read_errors fell stale);
    my $list = join ', ', map { "\"$_\"" } @stale;
    write_text("$folder/report", "{\"phase\": \"$phase\", $counts, \"examples\": [$list]}\n", '>>');
}

sub look {
    my ($block) = @_;
    my $version = read_block($block);
    $count{reads}++;
    if (!defined $version) {
        $count{read_errors}++;
        return;
    }
    my $current = $current[$block];
    return if $version == $current;
    # What a failed write tried may be there all the same.
    if ($version > $current && $version == $tried[$block]) {
        $current[$block] = $version;
    } elsif ($version >= $durable[$block] && $version < $current) {
        $count{fell}++;
    } else {
        $count{stale}++;
        push @stale, "block $block has $version and not $current, durable is $durable[$block]" if @stale < 5;
    }
}

sub change {
    my $block = int rand $blocks;
    # Never the same number again: a version that has fallen is told from one that is written anew.
    my $version = $tried[$block] = ++$serial;
    $count{writes}++;
    if (!write_block($block, $version)) {
        $count{write_errors}++;
        $failed = 1;
        return;
    }
    $current[$block] = $version;
    return if $phase !~ /^write/ || $count{writes} % $FLUSH_AT != 0;
    $count{flushes}++;
    if (syscall($SYS_FSYNC, fileno $device) == 0) {
        @durable = @current;
    } else {
        $count{flush_errors}++;
        $failed = 1;
    }
}

srand 20;
while (1) {
    chomp(my $wanted = read_text("$folder/phase"));
    if ($wanted ne $phase) {
        report();
        ($phase, $failed, $work, %count) = ($wanted, 0, 0);
        @stale = ();
        last if $phase eq 'end';
        write_text("$folder/at", "$phase 0\n");
    }
    for (1 .. $BURST) {
        my $writes = $phase !~ /^read/ && !$failed;
        if ($writes) {
            change();
            look(int rand $blocks);
        } else {
            look($next++ % $blocks);
        }
        $work++;
        my $round = $writes ? $ROUND : $blocks;
        write_text("$folder/at", "$phase " . $work / $round . "\n") if $work % $round == 0;
    }
    # Others need the processor too.
    select undef, undef, undef, 0.05;
}
write_text("$folder/ledger", join '', map { "$durable[$_] $current[$_] $tried[$_]\n" } 0 .. $blocks - 1);
write_text("$folder/at", "end 0\n");

#!/usr/bin/perl
# An application on a mounted file system, through the page cache, that keeps books elsewhere of what was acknowledged: a
# log to which lines are appended and synced, and small files that are written beside, synced, renamed over the old ones
# and the folder synced. Without modules, as mapper.pl.
#
#   files.pl run FOLDER BOOK     works until the file BOOK/stop is there, then leaves BOOK/stopped
#   files.pl check FOLDER BOOK   prints what is there against what was acknowledged, a fault a line
#
# BOOK/at   how many rounds are done.
# BOOK/book a line for each thing that was tried or acknowledged: "log N", "try FILE VERSION", "file FILE VERSION" (0 for a
#           file that was taken away).
use strict;

my $SYS_FSYNC   = 74;
my $O_DIRECTORY = 0200000;
my $FILES       = 24;
my $LINES       = 5;

my ($verb, $folder, $book) = @ARGV;

sub line { sprintf "line %010d of the log, and some words that fill it up a little\n", $_[0] }
sub content { my ($file, $version) = @_; return sprintf("file %04d has %010d\n", $file, $version) x (40 + 37 * ($version % 60)) }

sub slurp {
    my ($path) = @_;
    open my $handle, '<', $path or return undef;
    local $/;
    my $text = <$handle>;
    return defined $text ? $text : '';
}

sub sync_handle { syscall($SYS_FSYNC, fileno $_[0]) == 0 or die "fsync: $!" }

sub check {
    my ($lines, %acknowledged, %tried) = (0);
    for (split /\n/, slurp("$book/book")) {
        my ($kind, $which, $version) = split / /;
        if    ($kind eq 'log') { $lines = $which }
        elsif ($kind eq 'try') { $tried{$which} = $version }
        else                   { $acknowledged{$which} = $version }
    }
    my $log = slurp("$folder/log") // '';
    my $wanted = join '', map { line($_) } 1 .. $lines;
    print "the log is not what was acknowledged\n" if substr($log, 0, length $wanted) ne $wanted;
    for my $file (sort { $a <=> $b } keys %acknowledged) {
        my $found = slurp("$folder/$file");
        my @may = map { defined $_ ? $_ : () } $acknowledged{$file}, $tried{$file};
        next if grep { defined $found ? $_ > 0 && $found eq content($file, $_) : $_ == 0 } @may;
        print "file $file is not version $acknowledged{$file}: ", defined $found ? substr($found, 0, 24) : 'gone', "\n";
    }
    printf "%d lines and %d files\n", $lines, scalar keys %acknowledged;
}

if ($verb eq 'check') {
    check();
    exit;
}

open my $notes, '>>', "$book/book" or die "book: $!";
open my $log, '>>', "$folder/log" or die "log: $!";
sysopen my $directory, $folder, $O_DIRECTORY or die "$folder: $!";
sub note { syswrite $notes, "@_\n" }

sub keep {
    my ($file, $version) = @_;
    note('try', $file, $version);
    if ($version == 0) {
        unlink "$folder/$file" or die "unlink: $!";
    } else {
        open my $handle, '>', "$folder/new" or die "new: $!";
        syswrite $handle, content($file, $version);
        sync_handle($handle);
        close $handle;
        rename "$folder/new", "$folder/$file" or die "rename: $!";
    }
    sync_handle($directory);
    note('file', $file, $version);
}

srand 7;
my %there;
my ($lines, $version) = (0, 0);
for (my $round = 1; !-e "$book/stop"; $round++) {
    syswrite $log, join '', map { line($lines + $_) } 1 .. $LINES;
    sync_handle($log);
    $lines += $LINES;
    note('log', $lines);
    my $file = int rand $FILES;
    $there{$file} = $there{$file} && rand() < 0.2 ? 0 : ++$version;
    keep($file, $there{$file});
    open my $at, '>', "$book/at" or die "at: $!";
    print {$at} "$round\n";
    close $at;
    # Others need the processor too.
    select undef, undef, undef, 0.05;
}
open my $stopped, '>', "$book/stopped" or die "stopped: $!";

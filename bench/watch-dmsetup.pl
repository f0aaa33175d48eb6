#!/usr/bin/perl
# Answers wcache's questions as dmsetup does on a machine with many writecaches in use, whose numbers go on with the time.
# How many, and since when (of /proc/uptime), is in the file `made` beside it. Without modules: they would take longer to load
# than dmsetup takes for its work.
use strict;

my ($folder) = $0 =~ m{^(.*)/};
open(my $made, '<', "$folder/made") or die;
my ($caches, $since) = split ' ', <$made>;
open(my $uptime, '<', '/proc/uptime') or die;
my $seconds = (split ' ', <$uptime>)[0] - $since;
my $asked = "@ARGV";
my $total = 262144;
# One mapping's lines come without its name.
my ($only) = $asked =~ / -- cache-(\d+)$/;
my @caches = defined $only ? ($only + 0) : (0 .. $caches - 1);
my $name = defined $only ? '' : 'cache-%02d: ';

if ($asked =~ / targets$/) {
    print "writecache       v1.6.0\nlinear           v1.4.0\n";
} elsif ($asked =~ / info /) {
    printf "253\t%d\tL--w\t1\tWCACHE-%032d\tcache-%02d\n", $_, $_, $_ for @caches;
} elsif ($asked =~ / table /) {
    my $options = '4 high_watermark 60 low_watermark 40';
    for my $cache (@caches) {
        printf "${name}0 20971520 writecache s 254:%d 255:%d 4096 $options\n", (defined $only ? () : $cache), $cache, $cache;
    }
} elsif ($asked =~ / status /) {
    for my $cache (@caches) {
        my $rate = 200 + 40 * $cache;
        my $reads = int($rate * ($seconds + 6 * (1 + sin($seconds / 7 + $cache))));
        my $writes = int($rate * 2 * ($seconds + 10 * (1 + sin($seconds / 11 + $cache))));
        my $dirty = int($total * (0.5 + 0.45 * sin($seconds / 60 + $cache)));
        printf "${name}0 20971520 writecache 0 %d %d %d %s\n", (defined $only ? () : $cache), $total, $total - $dirty, int($rate / 10),
            join ' ', $reads, int($reads * 0.7), $writes, int($writes * 0.2), int($writes * 0.1), int($writes * 0.05),
            int($writes * 0.65), int($writes * 0.001), int($seconds), 0;
    }
} else {
    die "$asked: not known here\n";
}

#!/usr/bin/perl
# The lab guest's first process: mounts what a guest needs, then runs commands for the host.
#
# Perl because it is part of every Debian (perl-base), starts in a fraction of the time of Node under software
# emulation, and can pass binary data through. Only built-in functions are used: each module would be read
# through the shared root at every boot.
#
# Two ways lead from the host to the guest. The scratch directory of this machine, which is in the shared
# root, holds the messages: setup (see set_up), request.N (directory, command, NAME=value ...) and input.N
# (standard input of run N, if it has one), words joined by NUL. The channel carries only the lines "run N"
# and "poweroff": a serial line of user-mode Linux stalls for good when much arrives at once. From the guest
# to the host the channel carries frames: "KIND ID LENGTH\n" and LENGTH bytes: ready (words), out, err (output
# of run ID), end (its exit status).
#
# Arguments: the channel's device, the scratch directory.
use strict;

my $SYS_RT_SIGPROCMASK = 14;
my $SYS_MOUNT          = 165;
my $SYS_REBOOT         = 169;
my $SYS_EXIT_GROUP     = 231;
my $SYS_SIGNALFD4      = 289;
my $MS_BIND            = 4096;
my $WNOHANG            = 1;
my $SIGCHLD_BIT        = pack('Q', 1 << 16);
my $NO_SIGNALS         = pack('Q', 0);
my $PIPE_CAPACITY      = 65536;
my $LAB                = '/run/lab';
# cache=none: both sides see at once what the other writes.
my $SHARE_OPTIONS      = 'trans=virtio,version=9p2000.L,msize=512000,cache=none';

my ($channel_path, $scratch) = @ARGV;
my ($channel, $child_events, %environment, %jobs);
my $inbox = '';

sub mount_at {
    my ($source, $target, $type, $flags, $data) = @_;
    return syscall($SYS_MOUNT, $source, $target, $type, $flags, $data) == 0;
}

sub make_path {
    my ($path) = @_;
    my $made = '';
    for my $part (grep { length } split m{/}, $path) {
        $made .= "/$part";
        mkdir $made, 0755;
    }
}

sub read_file {
    my ($path) = @_;
    open my $file, '<', $path or return '';
    local $/;
    my $text = <$file>;
    return defined $text ? $text : '';
}

# A message in the scratch directory. The host's root is looked at where no other mount covers it.
sub message {
    my ($name) = @_;
    return split /\0/, read_file("$LAB/host$scratch/$name"), -1;
}

sub write_file {
    my ($path, $text) = @_;
    open my $file, '>', $path or return 0;
    print {$file} $text;
    return close $file;
}

sub send_frame {
    my ($kind, $id, $data) = @_;
    my $frame = "$kind $id " . length($data) . "\n" . $data;
    my $sent = 0;
    while ($sent < length $frame) {
        my $count = syswrite $channel, $frame, length($frame) - $sent, $sent;
        next if !defined $count && $!{EINTR};
        die "the channel to the host is gone: $!" if !defined $count;
        $sent += $count;
    }
}

# Executes the lines that have arrived.
sub receive {
    my $count = sysread $channel, $inbox, 4096, length $inbox;
    # Without a host nobody can end this machine, other than itself.
    power_off() if defined $count ? $count == 0 : !$!{EINTR};
    while ($inbox =~ s/^(\w+) ?(\d*)\n//) {
        my ($verb, $id) = ($1, $2);
        if    ($verb eq 'run')      { start_job($id, message("request.$id")) }
        elsif ($verb eq 'poweroff') { power_off() }
    }
}

# The root is the host's, read-only. A bind mount of it keeps in sight what the memory file systems are about
# to cover.
sub mount_basics {
    mount_at('proc', '/proc', 'proc', 0, '');
    mount_at('sysfs', '/sys', 'sysfs', 0, '');
    mount_at('devtmpfs', '/dev', 'devtmpfs', 0, '') if read_file('/proc/mounts') !~ m{^\S+ /dev devtmpfs}m;
    mount_at('tmpfs', '/run', 'tmpfs', 0, 'mode=755');
    mkdir $LAB, 0755;
    mkdir "$LAB/host", 0755;
    mount_at('/', "$LAB/host", '', $MS_BIND, '');
    mount_at('tmpfs', '/tmp', 'tmpfs', 0, 'mode=1777');
    mkdir '/dev/shm', 0755;
    # What programs keep is the guest's own, and goes with it.
    mount_at('tmpfs', '/var/lib', 'tmpfs', 0, 'mode=755');
    mount_at('tmpfs', '/dev/shm', 'tmpfs', 0, 'mode=1777');
    mkdir '/dev/pts', 0755;
    mount_at('devpts', '/dev/pts', 'devpts', 0, 'mode=620,ptmxmode=666');
    mkdir '/run/lock', 01777;
    symlink '/proc/self/fd', '/dev/fd';
    symlink '/proc/self/fd/0', '/dev/stdin';
    symlink '/proc/self/fd/1', '/dev/stdout';
    symlink '/proc/self/fd/2', '/dev/stderr';
}

# "port:NAME" is the virtio port of that name, anything else a path.
sub device_path {
    my ($path) = @_;
    my ($wanted) = $path =~ /^port:(.*)/ or return -e $path ? $path : undef;
    for my $file (glob '/sys/class/virtio-ports/*/name') {
        my ($port) = $file =~ m{([^/]+)/name$};
        return "/dev/$port" if read_file($file) eq "$wanted\n" && -e "/dev/$port";
    }
    return undef;
}

sub open_channel {
    my ($path) = @_;
    # A virtio port appears a moment after its driver; a serial line is there at once.
    wait_for(20, sub { defined device_path($path) });
    $path = device_path($path) // die "$path is not there";
    open $channel, '+<', $path or die "$path: $!";
    system 'stty', '-F', $path, 'raw', '-echo' if -t $channel;
    binmode $channel;
}

# modprobe looks below /lib/modules, which the host's root does not have for this kernel; the kernel's own
# requests need the same directory.
sub use_modules {
    my ($directory, @names) = @_;
    make_path("$LAB/modules/lib");
    symlink "$LAB/host$directory", "$LAB/modules/lib/modules";
    write_file("$LAB/modprobe", "#!/bin/sh\nexec modprobe -d $LAB/modules \"\$@\"\n");
    chmod 0755, "$LAB/modprobe";
    write_file('/proc/sys/kernel/modprobe', "$LAB/modprobe\n");
    $environment{MODPROBE_OPTIONS} = "-d $LAB/modules";
    %ENV = %environment;
    system 'modprobe', '-a', '-q', @names if @names;
}

# The path is writable in the guest as it is on the host.
sub mount_share {
    my ($type, $source, $path, $data) = @_;
    make_path($path);
    mount_at($source, $path, $type, 0, $data) or die "lab: cannot share $path: $!\n";
}

# Something of the host's that a memory file system has covered comes back into sight, read-only.
sub uncover {
    my ($path) = @_;
    return if -e $path || !-d "$LAB/host$path";
    make_path($path);
    mount_at("$LAB/host$path", $path, '', $MS_BIND, '') or warn "lab: cannot show $path: $!\n";
}

# The block devices whose serial numbers are the given ones, in that order: probing promises no names.
sub disks_by_serial {
    my (@serials) = @_;
    my %path;
    for my $file (glob '/sys/block/vd*/serial') {
        my ($name) = $file =~ m{/sys/block/(\w+)/};
        my $serial = read_file($file);
        $serial =~ s/\s+$//;
        $path{$serial} = "/dev/$name";
    }
    return map { $path{$_} // '' } @serials;
}

sub pmem_devices {
    my @numbers = map { m{/pmem(\d+)$} ? $1 : () } glob '/sys/block/pmem*';
    return map { "/dev/pmem$_" } sort { $a <=> $b } @numbers;
}

sub wait_for {
    my ($seconds, $condition) = @_;
    for (1 .. $seconds * 20) {
        return 1 if $condition->();
        select undef, undef, undef, 0.05;
    }
    return 0;
}

# Words: "name=value" pairs, in any order and repeated as needed.
sub set_up {
    my (@words) = @_;
    my (@modules, $module_directory, @serials, $pmem_count);
    $pmem_count = 0;
    for my $word (@words) {
        my ($name, $value) = split /=/, $word, 2;
        if    ($name eq 'env')         { my ($key, $text) = split /=/, $value, 2; $environment{$key} = $text }
        elsif ($name eq 'modules')     { $module_directory = $value }
        elsif ($name eq 'module')      { push @modules, $value }
        elsif ($name eq 'serial')      { push @serials, $value }
        elsif ($name eq 'pmem')        { $pmem_count = $value }
        elsif ($name eq 'uncover')     { uncover($value) }
        elsif ($name eq 'hostfs')      { mount_share('hostfs', 'none', $value, $value) }
        elsif ($name eq '9p')          { mount_share('9p', split(/:/, $value, 2), $SHARE_OPTIONS) }
    }
    %ENV = %environment;
    use_modules($module_directory, @modules) if defined $module_directory;
    my $all_pmem  = wait_for(20, sub { (grep { -b } pmem_devices()) == $pmem_count });
    my $all_disks = wait_for(20, sub { !grep { !-b } disks_by_serial(@serials) });
    die "lab: not every disk and pmem device appeared\n" if !$all_pmem || !$all_disks;
    # From here on the console gets every message: the host is to see the device-mapper's warnings too.
    write_file('/proc/sys/kernel/printk', "8\n");
    my $release = read_file('/proc/sys/kernel/osrelease');
    chomp $release;
    my @devices = (map({ "disk=$_" } disks_by_serial(@serials)), map { "pmem=$_" } pmem_devices());
    send_frame('ready', 0, join "\0", $release, @devices);
}

# SIGCHLD comes as something to read: a handler could run just before select() and the event would be missed.
sub watch_children {
    syscall($SYS_RT_SIGPROCMASK, 0, $SIGCHLD_BIT, 0, 8);
    my $number = syscall $SYS_SIGNALFD4, -1, $SIGCHLD_BIT, 8, 0;
    open $child_events, '<&=', $number or die "signalfd: $!";
}

sub start_job {
    my ($id, $directory, $command, @variables) = @_;
    pipe my $out_read, my $out_write or die "pipe: $!";
    pipe my $err_read, my $err_write or die "pipe: $!";
    my $input = "$LAB/host$scratch/input.$id";
    my $pid = fork;
    die "fork: $!" if !defined $pid;
    if ($pid == 0) {
        syscall($SYS_RT_SIGPROCMASK, 2, $NO_SIGNALS, 0, 8);
        setpgrp 0, 0;
        open STDIN, '<', -e $input ? $input : '/dev/null';
        open STDOUT, '>&', $out_write;
        open STDERR, '>&', $err_write;
        %ENV = (%environment, map { split /=/, $_, 2 } @variables);
        if (!chdir $directory) {
            print STDERR "lab: $directory: $!\n";
            syscall $SYS_EXIT_GROUP, 126;
        }
        exec '/bin/sh', '-c', $command;
        # Not exit(): that would run this process's own ends of things in the child.
        syscall $SYS_EXIT_GROUP, 127;
    }
    $jobs{$pid} = { id => $id, streams => [['out', $out_read], ['err', $err_read]] };
}

# What the stream has to give now is sent on while the job is ours, and thrown away after: a daemon left
# behind must not block on a full pipe.
sub pass_on {
    my ($job, $stream) = @_;
    my $count = sysread $stream->[1], my $data, $PIPE_CAPACITY;
    return 0 if !$count;
    send_frame($stream->[0], $job->{id}, $data) if !$job->{ended};
    return $count;
}

sub readable_now {
    my ($handle) = @_;
    my $bits = '';
    vec($bits, fileno $handle, 1) = 1;
    return select($bits, undef, undef, 0) > 0;
}

sub reap {
    sysread $child_events, my $ignored, 128 * 16;
    while ((my $pid = waitpid -1, $WNOHANG) > 0) {
        my $status = $?;
        my $job = $jobs{$pid} or next;
        for my $stream (@{ $job->{streams} }) {
            # No more than a pipe holds can have been written before the end; later output belongs to
            # processes it left behind.
            my $left = $PIPE_CAPACITY;
            while ($left > 0 && readable_now($stream->[1])) {
                my $count = pass_on($job, $stream) or last;
                $left -= $count;
            }
        }
        send_frame('end', $job->{id}, $status & 127 ? 128 + ($status & 127) : $status >> 8);
        $job->{ended} = 1;
    }
}

sub serve {
    while (1) {
        my $bits = '';
        vec($bits, fileno $channel, 1) = 1;
        vec($bits, fileno $child_events, 1) = 1;
        for my $job (values %jobs) {
            vec($bits, fileno $_->[1], 1) = 1 for @{ $job->{streams} };
        }
        my $count = select $bits, undef, undef, undef;
        next if $count <= 0;
        for my $pid (keys %jobs) {
            my $job = $jobs{$pid};
            my @open = grep { !vec($bits, fileno $_->[1], 1) || pass_on($job, $_) } @{ $job->{streams} };
            $job->{streams} = \@open;
        }
        reap() if vec($bits, fileno $child_events, 1);
        for my $pid (keys %jobs) {
            delete $jobs{$pid} if $jobs{$pid}{ended} && !@{ $jobs{$pid}{streams} };
        }
        receive() if vec($bits, fileno $channel, 1);
    }
}

sub power_off {
    system 'sync';
    syscall $SYS_REBOOT, 0xfee1dead, 672274793, 0x4321fedc, 0;
}

mount_basics();
%environment = (PATH => '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
%ENV = %environment;
open_channel($channel_path);
set_up(message('setup'));
watch_children();
serve();

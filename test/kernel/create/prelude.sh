# Read by every command that the tests of create run in a guest. Each program that is started costs a guest a tenth of a
# second, so the shell does itself what it can.

# wcache, served by the resident one (resident.ts), which writes to this shell's own output.
wcache() {
  printf '%s\0' $$ "$@" >/run/resident/call
  read -r wcache_status </run/resident/done
  return "$wcache_status"
}

# wcache as a process of its own.
wcache_process() { "$NODE" "$PROJECT/bin/wcache.cjs" "$@"; }

# new_device FILE SIZE [LOSETUP-OPTION...]: a loop device on a new file of zeros; prints its path. Such a device has an
# identity that lasts, which the disks of these guests have not.
new_device() {
  truncate -s "$2" "$1"
  new_file=$1
  shift 2
  losetup --find --show "$@" "$new_file"
}

# fresh [ORIGIN-SIZE [CACHE-SIZE]]: $O and $C are a new origin and a new cache, both blank.
fresh() {
  truncate -s "${1:-4M}" /tmp/origin && truncate -s "${2:-1M}" /tmp/cache &&
    O=$(losetup --find --show /tmp/origin) && C=$(losetup --find --show /tmp/cache)
}

# What a refusal must leave as it was: all bytes of all devices (also of those in $WATCHED), all mappings, all records.
state() {
  sha256sum /tmp/origin* /tmp/cache* $WATCHED
  dmsetup table
  test ! -e /var/lib/wcache || find /var/lib/wcache -type f -exec sha256sum {} +
}

# put LETTER FIRST-BLOCK [COUNT [DEVICE]]: fills blocks of 4096 bytes with a letter, each in a request of its own.
put() {
  tr '\0' "$1" </dev/zero |
    dd of="${4:-/dev/mapper/wc}" bs=4096 count="${3:-1}" seek="$2" oflag=direct iflag=fullblock conv=notrunc status=none
}

# get DEVICE: the letters in the first 64 blocks of 4096 bytes, `.` for a block of zeros.
get() {
  dd if="$1" bs=4096 count=64 iflag=direct status=none | perl -e '
    binmode STDIN;
    while (read STDIN, my $block, 4096) {
      print $block =~ /^(.)\1*$/s ? ($1 eq "\0" ? "." : $1) : "?";
    }
    print "\n";'
}

# raw [BLOCK-SIZE [OPTION...]]: a mapping wc of $O and $C that wcache has no part in.
raw() {
  raw_block=${1:-4096}
  test $# = 0 || shift
  dmsetup create wc --table "0 $(blockdev --getsz "$O") writecache s $O $C $raw_block $(($# + 2)) autocommit_time 3600000 $*"
}

# dirty: $C is a dirty cache of $O, made without wcache: a in blocks 0 to 2, b in 50, c in 1.
dirty() {
  raw && put a 0 3 && put b 50 && sync /dev/mapper/wc && put c 1 && dmsetup remove wc
}

# written_back: what is in the cache goes to the origin, and the mapping is taken away.
written_back() {
  dmsetup message wc 0 flush && dmsetup remove wc
}

# physical_volume DEVICE: gives it to LVM, with the little that makes it one of LVM's.
physical_volume() {
  lvm pvcreate --config "devices { filter=[\"a|^$1$|\", \"r|.*|\"] use_devicesfile=0 } global { locking_dir=\"/run/lvm-lock\" } backup { backup=0 archive=0 }" --quiet "$1" >/dev/null
}

# clean_up: everything that a test can have made is gone.
clean_up() {
  while read -r _ folder _; do
    case $folder in /tmp/mnt*) umount "$folder" ;; esac
  done </proc/mounts
  while read -r swap _; do
    case $swap in /dev/*) swapoff "$swap" ;; esac
  done </proc/swaps
  # What is built on another mapping goes first.
  for round in 1 2 3; do
    set -- /sys/block/dm-*
    test ! -e "$1" || dmsetup remove_all
  done
  set -- /sys/block/dm-*
  test ! -e "$1" && losetup --detach-all && rm -rf /tmp/origin* /tmp/cache* /var/lib/wcache
}

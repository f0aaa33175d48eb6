import { scriptText } from './script-text.js';

/**
 * What the three scripts ask the machine with: a program for /bin/sh, so that it is written once, and that neither the
 * options nor the aliases of the user's shell matter. It is told by its first word what to print, and prints a line for
 * each:
 *
 * - `mappings`: the kernel's names of writecaches, a tab and a bracket behind each, as dmsetup prints them; then a line
 *   with a full stop. Only root may ask dmsetup; else, or where that fails or takes too long, every mapping that lies
 *   on two devices, as a writecache does.
 * - `removable`: the same, and before it the mappings whose removal was interrupted.
 * - `devices`: block devices that are not empty.
 * - `paths FOLDER/`: what is there of folders (a slash behind each) and block devices.
 *
 * A dmsetup that the kernel holds up cannot be ended. So nothing waits for it but a shell that can be; and whoever reads
 * this reads up to the full stop, because that dmsetup keeps the pipe open.
 */
export const LISTER = scriptText`set -f
path=
IFS=:
# A program from the folder that one happens to be in must not run as root.
for folder in $PATH; do
  case $folder in /*) path=$path$folder: ;; esac
done
PATH=$path/usr/sbin:/usr/bin:/sbin:/bin
unset IFS
set +f

interrupted() {
  for journal in /var/lib/wcache/removals/*.journal; do
    [ -f "$journal" ] && [ -r "$journal" ] &&
      sed -n '/^  "name": "/{s///;s/",$//;s/\\\(["\\]\)/\1/g;s/$/\t(/;p;q;}' "$journal"
  done
}

on_two_devices() {
  for disk in /sys/block/dm-*; do
    [ -r "$disk/dm/name" ] || continue
    set -- "$disk"/slaves/*
    [ $# -ge 2 ] && IFS= read -r name <"$disk/dm/name" && printf '%s\t(\n' "$name"
  done
}

mappings() {
  { [ "$(id -u)" = 0 ] &&
    timeout 1 /bin/sh -c 'dmsetup --manglename none ls --noflush --target writecache; exit $?'
  } || on_two_devices
  echo .
}

devices() {
  for disk in /sys/class/block/*; do
    size=0
    [ -r "$disk/size" ] && read -r size <"$disk/size"
    [ "$size" = 0 ] && continue
    node=$\{disk##*/}
    case $node in
      dm-*) IFS= read -r name <"$disk/dm/name" && node=mapper/$name ;;
      *!*) node=$\{node%%!*}/$\{node#*!} ;;
    esac
    [ -b "/dev/$node" ] && printf '/dev/%s\n' "$node"
  done
}

paths() {
  for path in "$1"*; do
    if [ -d "$path" ]; then
      printf '%s/\n' "$path"
    elif [ -b "$path" ]; then
      printf '%s\n' "$path"
    fi
  done
}

case $1 in
  mappings) mappings ;;
  removable) interrupted; mappings ;;
  devices) devices ;;
  paths) paths "$2" ;;
esac
`;

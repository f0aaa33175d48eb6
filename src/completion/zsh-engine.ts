import { scriptText } from './script-text.js';

/** The part of zsh's script that is the same whatever verbs there are: what completes each kind of value. */
export const ZSH_ENGINE = scriptText`
# The name that people gave a mapping, from the kernel's, in REPLY; the kernel's where the other cannot be typed, or would
# be read as another.
_wcache_readable() {
  local text
  REPLY=$1
  [[ $1 == *'\x00'* || $1 == *[^0-9A-Za-z#+.:=@_\\-]* ]] && return
  [[ $\{1//'\x'[0-9a-fA-F][0-9a-fA-F]/} == *'\'* ]] && return
  printf -v text %b "$1"
  # Bytes that are no text cannot be printed either.
  [[ $text == *[^[:print:]]* || $text == *'\x'* ]] || REPLY=$text
}

# The last word: what to ask for, mappings or removable; those before it are for compadd.
_wcache_mappings() {
  local what=$@[-1] line REPLY place=''
  local -a names given
  shift -p
  [[ $PREFIX == /* ]] && place=/dev/mapper/
  given=($\{(Q)words[1,CURRENT-1]} $\{(Q)words[CURRENT+1,-1]})
  while IFS= read -r -t 3 line; do
    [[ $line == . ]] && break
    [[ $line == *$'\t('* ]] || continue
    line=$\{line%$'\t('*}
    if [[ -n $place ]]; then REPLY=$place$line; else _wcache_readable "$line"; fi
    # Programs take it for a flag.
    [[ $REPLY == -* && $given[(Ie)--] -eq 0 ]] && continue
    (( $given[(Ie)$REPLY] )) || names+=("$REPLY")
  done < <(_wcache_ask $what)
  compadd "$@" -a -- names
}

_wcache_device() {
  local -a devices
  if [[ -n $PREFIX ]]; then
    # Not _files, which offers all files where none is such.
    _path_files "$@" -g '*(-%b) *(-/)'
  else
    devices=("$\{(@f)$(_wcache_ask devices)}")
    compadd "$@" -M 'r:|/=* r:|=*' -- $\{devices:#}
  fi
}

_wcache_image() {
  case $PREFIX in
    '')
      _wcache_device "$@"
      _files "$@"
      ;;
    /dev/*) _wcache_device "$@" ;;
    *) _files "$@" ;;
  esac
}

# The last word: the number of a list; those before it are for compadd.
_wcache_words() {
  local -a list
  _wcache_list $@[-1]
  shift -p
  _describe -t values value list "$@"
}

# As before, without those that are given already.
_wcache_other_words() {
  local -a list
  local each
  _wcache_list $@[-1]
  shift -p
  for each in $\{(Q)words[2,CURRENT-1]} $\{(Q)words[CURRENT+1,-1]}; do
    list=("$\{(@)list:#$\{(b)each}(|:*)}")
  done
  _describe -t values value list "$@"
}

# The last two words: options that are switches, with commas; the number of the list of all. Those before them are for compadd.
_wcache_assignments() {
  local word name switches=$@[-2]
  local -a list
  _wcache_list $@[-1]
  shift -p 2
  if compset -P 1 '*='; then
    name=$\{words[CURRENT]%%=*}
    list=(default)
    [[ ,$switches, == *,$name,* ]] && list+=(on off)
    compadd "$@" -a -- list
  else
    for word in $\{words[1,CURRENT-1]} $\{words[CURRENT+1,-1]}; do
      [[ $word == *=* ]] && list=("$\{(@)list:#$\{word%%=*}:*}")
    done
    _describe -t assignments option list "$@" -S=
  fi
}
`;

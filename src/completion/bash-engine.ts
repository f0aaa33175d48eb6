import { scriptText } from './script-text.js';

/**
 * The part of bash's script that is the same whatever verbs there are. Bash gives a line that it has split in its own way,
 * at every colon and equals sign; so the line is read anew, and a candidate is what goes on from where readline began.
 *
 * Nothing of it runs in a shell of its own but the lister. A name is never evaluated: it is compared, quoted and given back.
 */
export const BASH_ENGINE = scriptText`
# Reads the command line: words (as the command would get them), cword (which of them the cursor is in), cur (that one as far as
# the cursor), stem (what readline leaves alone of it), quote (which one the cursor is inside of), redirected (it is a file's).
_wcache_read_line() {
  local i=0 c word='' started='' inside='' kept='' before='' target=''
  words=() cword=-1 cur='' stem='' quote='' redirected=''
  while :; do
    c=$\{COMP_LINE:i:1}
    if ((i == COMP_POINT)); then
      cword=$\{#words[@]} cur=$word stem=$kept quote=$inside redirected=$target
      if [[ ! $started ]]; then
        case $c in '' | [[:space:]\<\>\&\|\;]) started=1 ;; esac
      fi
    fi
    if [[ ! $c ]]; then
      if [[ $started ]]; then words+=("$word"); fi
      return 0
    fi
    i=$((i + 1))
    case $inside$c in
      "''" | '""') inside='' kept=$before ;;
      "'"?*) word+=$c ;;
      '"\')
        c=$\{COMP_LINE:i:1}
        if ((i == COMP_POINT)); then c=''; fi
        case $c in '$' | '"' | '\' | '\`') i=$((i + 1)) ;; *) c='\' ;; esac
        word+=$c
        ;;
      '"'?*) word+=$c ;;
      "'" | '"') inside=$c started=1 before=$kept kept=$word ;;
      '\')
        if ((i != COMP_POINT)); then
          word+=$\{COMP_LINE:i:1}
          i=$((i + 1))
        fi
        started=1
        ;;
      [[:space:]\<\>\&\|\;])
        if [[ $started ]]; then
          case $c$word in
            [\<\>][0-9]) ;; # The number of 2>file is no word.
            *) if [[ ! $target ]]; then words+=("$word"); fi ;;
          esac
          target=''
        fi
        case $c in [\<\>\&\|\;]) target=1 ;; esac
        word='' started='' kept=''
        ;;
      *)
        word+=$c started=1
        case $\{COMP_WORDBREAKS-} in *"$c"*) kept=$word ;; esac
        ;;
    esac
  done
}

# Adds a candidate, which is a whole word, where it goes on from what was typed.
_wcache_add() {
  local rest added='' i c
  if [[ $1 != "$cur"* ]]; then return 0; fi
  rest=$\{1:$\{#stem}}
  if [[ $quote ]]; then
    for ((i = 0; i < $\{#rest}; i++)); do
      c=$\{rest:i:1}
      case $quote$c in
        "''") added+="'\\''" ;;
        '"!') added+="\"'!'\"" ;;
        '"$' | '""' | '"\' | '"\`') added+="\\$c" ;;
        *) added+=$c ;;
      esac
    done
  elif [[ $rest == *[!0-9A-Za-z_.,:=@%+/-]* ]]; then
    printf -v added %q "$rest"
  else
    added=$rest
  fi
  COMPREPLY+=("$added")
  case $1 in *[=/]) goes_on=1 ;; *) ends=1 ;; esac
}

# Leaves it to readline to complete the name of a file, where that is what it has before it.
_wcache_files() {
  local file
  if [[ $\{cur:$\{#stem}} == "$value" ]]; then
    compopt -o default
    return 0
  fi
  while IFS= read -r file; do
    if [[ -d $file ]]; then file+=/; fi
    _wcache_add "$prefix$file"
  done < <(compgen -f -- "$value")
}

# Block devices and the folders that lead to them.
_wcache_paths() {
  local path folder=$\{value%/*}/
  if [[ $value != */* ]]; then return 0; fi
  if [[ $\{cur:$\{#stem}} != "$value" ]]; then
    while IFS= read -r path; do _wcache_add "$prefix$path"; done < <(_wcache_ask paths "$folder")
    return 0
  fi
  # Readline quotes these itself, and shows the last part of each.
  compopt -o filenames
  while IFS= read -r path; do
    if [[ $path == "$value"* ]]; then COMPREPLY+=("$\{path%/}"); fi
  done < <(_wcache_ask paths "$folder")
}

_wcache_devices() {
  local path
  # A device is not given twice.
  known=($\{placed[@]+"$\{placed[@]}"})
  while IFS= read -r path; do
    _wcache_known "$path" || _wcache_add "$prefix$path"
  done < <(_wcache_ask devices)
}

# The name that people gave a mapping, from the kernel's, in REPLY; the kernel's where the other cannot be typed, or would
# be read as another.
_wcache_readable() {
  local quoted escaped='^([0-9A-Za-z#+.:=@_-]|\\x[0-9a-fA-F]{2})*$'
  REPLY=$1
  if [[ $1 == *\\x00* || ! $1 =~ $escaped ]]; then return 0; fi
  printf -v REPLY %b "$1"
  printf -v quoted %q "$REPLY"
  if [[ $quoted == '$'* || $REPLY == *\\x* ]]; then REPLY=$1; fi
}

# $1: mappings or removable.
_wcache_mappings() {
  local line REPLY path=''
  if [[ $value == /* ]]; then path=/dev/mapper/; fi
  while IFS= read -r -t 3 line; do
    case $line in
      .) break ;;
      *$'\t('*) line=$\{line%$'\t('*} ;;
      *) continue ;;
    esac
    if [[ $path ]]; then REPLY=$line; else _wcache_readable "$line"; fi
    # Programs take it for a flag.
    if [[ $REPLY == -* && ! $dashes ]]; then continue; fi
    _wcache_known "$path$REPLY" || _wcache_add "$prefix$path$REPLY"
  done < <(_wcache_ask "$1")
}

# Whether it is among those that are there already, or was added.
_wcache_known() {
  local each
  for each in $\{known[@]+"$\{known[@]}"}; do
    if [[ $each == "$1" ]]; then return 0; fi
  done
  known+=("$1")
  return 1
}

_wcache_words() {
  local word
  for word; do
    _wcache_known "$word" || _wcache_add "$prefix$word"
  done
}

# Completes a value. $1: what it is; $2 and on: more about that, which is ours and has no blanks. value is what there is of
# it, prefix what is before it in the word.
_wcache_value() {
  local each kind=$1
  shift
  if [[ $kind == list ]]; then
    known=()
    while [[ $value == *,* ]]; do
      known+=("$\{value%%,*}")
      prefix+=$\{value%%,*},
      value=$\{value#*,}
    done
    kind=words
  fi
  case $kind in
    words) _wcache_words "$@" ;;
    assignments)
      case $value in
        *=*)
          prefix+=$\{value%%=*}= each=$\{value%%=*} value=$\{value#*=} known=()
          case ,$1, in *",$each,"*) _wcache_words on off ;; esac
          case ,$2, in *",$each,"*) _wcache_words default ;; esac
          ;;
        *)
          for each in $\{2//,/ }; do
            case " $\{known[*]-} " in *" $each="*) ;; *) _wcache_add "$prefix$each=" ;; esac
          done
          ;;
      esac
      ;;
    verb) _wcache_verbs '' ;;
    second-verb) _wcache_verbs "$\{placed[0]-}" ;;
    mapping) _wcache_mappings mappings ;;
    removable) _wcache_mappings removable ;;
    device) if [[ $value ]]; then _wcache_paths; else _wcache_devices; fi ;;
    image)
      case $value in
        '')
          _wcache_devices
          while IFS= read -r each; do
            if [[ -d $each ]]; then each+=/; fi
            _wcache_add "$prefix$each"
          done < <(compgen -f)
          ;;
        /dev/*) _wcache_paths ;;
        *) _wcache_files ;;
      esac
      ;;
    file) _wcache_files ;;
  esac
}

# The flags of the verb that still make sense.
_wcache_flags() {
  local i
  for i in "$\{!flags[@]}"; do
    if [[ $\{given[i]-} && ! $\{repeats[i]} ]]; then continue; fi
    if [[ $\{excluded[i]-} ]]; then continue; fi
    _wcache_add "$\{flags[i]}"
    if [[ $\{shorts[i]} && $cur == "$\{shorts[i]}" ]]; then _wcache_add "$\{shorts[i]}"; fi
  done
}

# Notes that a flag is given, by its long or its short name; its number is in REPLY.
_wcache_give() {
  local i j
  REPLY=''
  for i in "$\{!flags[@]}"; do
    if [[ $\{flags[i]} != "$1" && $\{shorts[i]:--} != "$1" ]]; then continue; fi
    REPLY=$i given[i]=1
    for j in "$\{!flags[@]}"; do
      case " $\{excludes[i]} " in *" $\{flags[j]} "*) excluded[j]=1 ;; esac
    done
  done
}

# Goes through what is behind the verb, which are the words from $1 on, and completes the one with the cursor.
_wcache_behind_verb() {
  local i j word wants='' wanted='' place=0 at=0 last behind='' REPLY
  local -a given=() excluded=() known=() placed=()
  for ((i = $1; i < $\{#words[@]}; i++)); do
    word=$\{words[i]}
    if ((i == cword)); then
      wanted=$wants at=$place wants=''
      behind=$dashes
      continue
    fi
    if [[ $wants ]]; then
      wants=''
    elif [[ $dashes ]]; then
      placed+=("$word")
      place=$((place + 1))
    else
      case $word in
        --) dashes=1 ;;
        --*=*) _wcache_give "$\{word%%=*}" ;;
        --*)
          _wcache_give "$word"
          if [[ $REPLY ]]; then wants=$\{values[REPLY]}; fi
          ;;
        -?*)
          for ((j = 1; j < $\{#word}; j++)); do _wcache_give "-$\{word:j:1}"; done
          if [[ $REPLY ]]; then wants=$\{values[REPLY]}; fi
          ;;
        *)
          placed+=("$word")
          place=$((place + 1))
          ;;
      esac
    fi
  done
  # What stands behind the cursor says nothing of where it is.
  dashes=$behind value=$cur prefix=''
  if [[ $wanted ]]; then
    _wcache_value $wanted
    return 0
  fi
  if [[ ! $dashes ]]; then
    case $cur in
      --*=*)
        _wcache_give "$\{cur%%=*}"
        if [[ $REPLY && $\{values[REPLY]} ]]; then
          prefix=$\{cur%%=*}= value=$\{cur#*=}
          _wcache_value $\{values[REPLY]}
        fi
        return 0
        ;;
      -*)
        _wcache_flags
        return 0
        ;;
    esac
  fi
  last=$(($\{#args[@]} - 1))
  if [[ $rest ]] && ((at >= last)); then
    at=$last known=("$\{placed[@]:last}")
  elif ((at > last)); then
    at=-1
  fi
  if ((at >= 0)); then
    _wcache_value $\{args[at]}
  elif [[ ! $cur && ! $dashes ]]; then
    _wcache_flags
  fi
}

_wcache() {
  # Whatever the user's shell is set to, it works here as it always does, and is again as it was at the end.
  { local -; set -f +eux; } 2>/dev/null
  local IFS=$' \t\n' verb first goes_on='' ends=''
  local words cword cur stem quote redirected value='' prefix='' dashes='' rest=''
  local -a flags=() shorts=() values=() repeats=() excludes=() args=() known=()
  COMPREPLY=()
  _wcache_read_line
  if [[ $redirected ]]; then
    compopt -o default
    return 0
  fi
  if ((cword < 1)); then return 0; fi
  if ((cword == 1)); then
    case $cur in
      -*) _wcache_words --help --version ;;
      *) _wcache_verbs '' ;;
    esac
  else
    first=2 verb=$\{words[1]}
    if _wcache_is_topic "$verb"; then
      if ((cword == 2)); then
        _wcache_verbs "$verb"
      fi
      first=3 verb+=" $\{words[2]-}"
    fi
    if ((cword >= first)) && _wcache_verb "$verb"; then _wcache_behind_verb "$first"; fi
  fi
  # No blank behind what goes on.
  if [[ $goes_on && ! $ends ]]; then compopt -o nospace; fi
  return 0
}
`;

import { scriptText } from './script-text.js';

/** The part of fish's script that is the same whatever verbs there are. */
export const FISH_ENGINE = scriptText`
# The name that people gave a mapping, from the kernel's; the kernel's where the other cannot be typed, or would be read as
# another.
function __wcache_readable
    if string match -qr '^([0-9A-Za-z#+.:=@_-]|\\\\x[0-9a-fA-F]{2})*$' -- $argv[1]
        and not string match -qr '\\\\x00' -- $argv[1]
        set -l text (printf '%b' $argv[1] | string collect)
        # What cannot be printed, and fish's own characters for bytes that are no text.
        if not string match -qr '\\\\x|\\p{C}' -- $text
            printf '%s\\n' $text
            return
        end
    end
    printf '%s\\n' $argv[1]
end

# $1: mappings or removable, $2: what is before the name in the word, $3: what there is of the name.
function __wcache_mappings --no-scope-shadowing
    set -l place
    string match -q '/*' -- $argv[3]; and set place /dev/mapper/
    for line in (__wcache_ask $argv[1])
        test "$line" = .; and break
        set -l name (string replace -fr '\\t\\([^\\t]*$' '' -- $line)
        test -n "$name"; or continue
        if test -z "$place"
            set name (__wcache_readable $name)
            # Programs take it for a flag.
            string match -q -- '-*' $name; and test -z "$dashes"; and continue
        end
        contains -- "$place$name" $known; or printf '%s%s%s\\twritecache\\n' "$argv[2]" "$place" $name
    end
end

# The value as it is meant, without the quotes that are typed, of which the last may be missing.
function __wcache_plain
    set -l text (string unescape -- $argv[1] 2>/dev/null)
    or set text (string unescape -- $argv[1]"'" 2>/dev/null)
    or set text (string unescape -- $argv[1]'"' 2>/dev/null)
    or set text $argv[1]
    printf '%s\\n' $text
end

# Completes a value. $1: what is before it in the word, $2: what there is of it; $3: its kind, and more about that.
function __wcache_value --no-scope-shadowing
    set -l before $argv[1]
    set -l value $argv[2]
    set -l more $argv[4..-1]
    switch $argv[3]
        case list
            if string match -q '*,*' -- $value
                set -l done (string replace -r '[^,]*$' '' -- $value)
                set before $before$done
                set known (string split , -- $done)
            end
            for each in $more
                contains -- $each $known; or printf '%s%s\\n' $before $each
            end
        case words
            for each in $more
                # A description is behind a tab.
                contains -- (string split \t -- $each)[1] $known; or printf '%s%s\\n' $before $each
            end
        case assignments
            set -l name (string replace -fr '=.*' '' -- $value)
            if test -n "$name"
                if contains -- $name (string replace -r '\\t.*' '' -- $more[2..-1])
                    printf '%s%s=default\\n' $before $name
                    contains -- $name (string split , -- $more[1])
                    and printf '%s%s=%s\\n' $before $name on $before $name off
                end
            else
                for each in $more[2..-1]
                    set -l parts (string split \t -- $each)
                    string match -q -- "$parts[1]=*" $known
                    or printf '%s%s=\\t%s\\n' $before $parts[1] "$parts[2]"
                end
            end
        case verb
            __wcache_verbs ''
        case second-verb
            __wcache_verbs "$placed[1]"
        case mapping
            __wcache_mappings mappings $before $value
        case removable
            __wcache_mappings removable $before $value
        case device image
            if test -z "$value"
                for each in (__wcache_ask devices)
                    contains -- $each $placed; or printf '%s%s\\tblock device\\n' $before $each
                end
            else if string match -q '*/*' -- $value
                if test $argv[3] = device; or string match -q '/dev/*' -- $value
                    for each in (__wcache_ask paths (string replace -r '[^/]*$' '' -- $value))
                        string match -q '*/' -- $each
                        and printf '%s%s\\tfolder\\n' $before $each
                        or printf '%s%s\\tblock device\\n' $before $each
                    end
                end
            end
    end
end

# Looks at the command line, and sets for who calls it: first and second (the verb's words), place (before which argument the
# cursor is), dashes (behind --), cur (the word with the cursor, as it is typed), wanted (the flag whose value it is),
# placed (the other arguments), given (the flags). Fails where there is no verb before the cursor.
function __wcache_look --no-scope-shadowing
    set -l before (commandline -opc)
    set -l line (commandline -op)
    set cur (commandline -ct)
    set -l skip (math (count $before) + 1)
    set -l token (commandline -t)
    test -n "$token"; and set skip (math $skip + 1)
    set -l behind
    test $skip -le (count $line); and set behind $line[$skip..-1]
    # What is set for the command alone stands before it.
    while string match -qr '^\\w+=' -- $before[1]
        set -e before[1]
    end
    set -e before[1]
    set first $before[1]
    set -e before[1]
    set second
    if contains -- "$first" (__wcache_topics)
        set second $before[1]
        set -e before[1]
        test -n "$second"; or return 0
    end
    test -n "$first"; or return 1
    for word in $before
        __wcache_word $word
    end
    set wanted $wants
    set -l dashes_before $dashes
    set -l place_before $place
    set wants
    for word in $behind
        __wcache_word $word
    end
    set dashes $dashes_before
    set place $place_before
    return 0
end

# Takes one word into account.
function __wcache_word --no-scope-shadowing
    set -l word $argv[1]
    if test -n "$wants"
        set wants
        return
    end
    if test -z "$dashes"
        switch $word
            case --
                set dashes yes
                return
            case '--*=*'
                set -a given (string replace -r '=.*' '' -- $word)
                return
            case '--*'
                set -a given $word
                set -l record (__wcache_flag "$first $second" $word)
                test -n "$record[3]"; and set wants $word
                return
            case '-?*'
                for letter in (string split '' -- (string sub -s 2 -- $word))
                    set -a given -$letter
                end
                return
        end
    end
    set -a placed $word
    set place (math $place + 1)
end

# All about one flag, a line each: its name, its short name, the kind of its value, whether it repeats, what it excludes, what it
# is. $1: the verb, $2: the flag by any of its names.
function __wcache_flag
    for each in (__wcache_flags $argv[1])
        set -l record (string split \x1e -- $each)
        if contains -- $argv[2] $record[1..2]
            printf '%s\\n' $record
            return
        end
    end
end

# The flags of a verb that still make sense.
function __wcache_sensible_flags --no-scope-shadowing
    set -l records (__wcache_flags "$first $second")
    set -l excluded
    for each in $records
        set -l record (string split \x1e -- $each)
        for flag in $given
            contains -- $flag $record[1..2]; or continue
            test -n "$record[4]"; or set -a excluded $record[1]
            set -a excluded (string split ' ' -- $record[5])
        end
    end
    for each in $records
        set -l record (string split \x1e -- $each)
        contains -- $record[1] $excluded; and continue
        printf '%s\\t%s\\n' $record[1] $record[6]
        test -n "$record[2]"; and test "$cur" = -; and printf '%s\\t%s\\n' $record[2] $record[6]
    end
end

# The kind of what the cursor is in, a flag's value or an argument; prefix is what is before it in the word, known what stands in
# its place already.
function __wcache_kind --no-scope-shadowing
    set prefix
    set kind
    if test -n "$wanted"
        set kind (__wcache_flag "$first $second" $wanted)[3]
    else if test -z "$dashes"; and string match -q -- '-?*' $cur
        if string match -q -- '--*=*' $cur
            set -l flag (string replace -r '=.*' '' -- $cur)
            set kind (__wcache_flag "$first $second" $flag)[3]
            set prefix $flag=
        end
    else
        set -l arguments (__wcache_arguments "$first $second")
        set -l last (count $arguments)
        if __wcache_goes_on "$first $second"; and test (math $place + 1) -ge $last
            set kind $arguments[-1]
            test (count $placed) -ge $last; and set known $placed[$last..-1]
        else if test $place -lt $last
            set kind $arguments[(math $place + 1)]
        end
    end
end

# All that can stand where the cursor is, but for files.
function __wcache_complete
    set -l first; set -l second; set -l place 0; set -l dashes; set -l cur; set -l wanted; set -l wants
    set -l known; set -l placed; set -l given; set -l prefix; set -l kind
    if not __wcache_look
        if string match -q -- '-*' $cur
            printf '%s\\n' --help\t'show the verbs' --version\t'show the version'
        else
            __wcache_verbs ''
        end
        return
    end
    if contains -- $first (__wcache_topics); and test -z "$second"
        __wcache_verbs $first
        return
    end
    __wcache_kind
    if test -n "$kind"
        set -l value (__wcache_plain (string sub -s (math (string length -- "$prefix") + 1) -- $cur))
        __wcache_value "$prefix" "$value" (string split \x1f -- $kind)
    else if test -z "$wanted"; and test -z "$dashes"; and test -z "$prefix"
        __wcache_sensible_flags
    end
end

# Whether files can stand where the cursor is.
function __wcache_wants_files
    set -l first; set -l second; set -l place 0; set -l dashes; set -l cur; set -l wanted; set -l wants
    set -l known; set -l placed; set -l given; set -l prefix; set -l kind
    __wcache_look; or return 1
    __wcache_kind
    switch "$kind"
        case file
            return 0
        case image
            set -l value (__wcache_plain (string sub -s (math (string length -- "$prefix") + 1) -- $cur))
            not string match -q '/dev/*' -- $value
        case '*'
            return 1
    end
end

complete -c wcache -f
complete -c wcache -n __wcache_wants_files -F
complete -c wcache -a '(__wcache_complete)'
`;

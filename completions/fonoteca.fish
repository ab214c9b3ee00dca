# SPDX-License-Identifier: MIT
# Completion of Fonoteca's commands for fish.  Options and verbs come from the commands themselves
# (their hidden --dump-options), names of playlists and sessions from the library.

# The vocabulary, as fonoteca-library(5) has it.
set --global __fonoteca_fields id title artist artists album albumartist albumartists track tracktotal disc disctotal position date \
    year originaldate genre composer lyricist conductor performer remixer comment lyrics grouping work \
    label catalognumber barcode isrc iswc compilation bpm key mood language copyright media titlesort \
    artistsort albumsort albumartistsort mb_trackid mb_albumid mb_artistid mb_albumartistid \
    mb_releasegroupid mb_releasetrackid mb_workid rg_track_gain rg_track_peak rg_album_gain \
    rg_album_peak duration_ms format codec bitrate samplerate bitdepth channels size sha256 file source \
    session recording added modified owner plays lastplayed rating tags cover notes part start_ms

function __fonoteca_dump --argument-names command kind
    command --query $command; or return
    command $command --dump-options 2>/dev/null | string match --entire --regex "^$kind\t"
end

# The words before the cursor that are no options, without the command itself.
function __fonoteca_operands
    set -l words (commandline -opc)
    string match --invert --regex '^-' -- $words[2..-1]
end

function __fonoteca_library
    set -l words (commandline -opc)
    for i in (seq (count $words))
        switch $words[$i]
            case -L --library
                echo -- -L
                echo -- $words[(math $i + 1)]
            case '--library=*'
                echo -- -L
                string replace -- --library= '' $words[$i]
        end
    end
end

function __fonoteca_sessions
    command lib-commit (__fonoteca_library) --list 2>/dev/null </dev/null | string match --regex '^s[0-9]+'
end

function __fonoteca_playlists
    command lib-playlist (__fonoteca_library) --json list 2>/dev/null </dev/null |
        string replace --filter --regex '.*"name":"((?:[^"\\\\]|\\\\.)*)".*' '$1'
end

function __fonoteca_saved
    command lib-search (__fonoteca_library) --saved 2>/dev/null </dev/null | string split --fields 1 \t
end

function __fonoteca_verbs --argument-names command
    for line in (__fonoteca_dump $command verb)
        set -l part (string split \t -- $line)
        printf '%s\t%s\n' $part[2] $part[4]
    end
end

for command in lib-import lib-commit lib-search lib-playlist lib-sweep lib-analyze
    command --query $command; or continue
    complete --command $command --no-files
    for line in (__fonoteca_dump $command option)
        # option, letter, long name, argument, help
        set -l part (string split \t -- $line)
        set -l spec --command $command --long-option $part[3] --description $part[5]
        test -n "$part[2]"; and set spec $spec --short-option $part[2]
        switch "$part[3]:$part[4]"
            case 'stats:*'
                set spec $spec --arguments plays
            case 'gain:[*'
                set spec $spec --arguments 'track album'
            case '*:' '*:[=*'
            case '*:DIR'
                set spec $spec --exclusive --arguments '(__fish_complete_directories)'
            case '*:FILE*'
                set spec $spec --require-parameter --force-files
            case '*:GROUP'
                set spec $spec --exclusive --arguments '(__fish_complete_groups)'
            case 'color:*'
                set spec $spec --exclusive --arguments 'auto always never'
            case 'since:*' 'until:*'
                set spec $spec --exclusive --arguments 'today yesterday this_week last_week this_month last_month this_year last_year'
            case 'tz:*'
                set spec $spec --exclusive --arguments 'local UTC'
            case 'similar:*'
                set spec $spec --exclusive --arguments '(__fonoteca_playlists | string replace --regex "^" @)'
            case 'log:*'
                set spec $spec --exclusive --arguments 'text json'
            case 'mode:*'
                set spec $spec --exclusive --arguments 'copy reflink hardlink move'
            case 'on-conflict:*'
                set spec $spec --exclusive --arguments 'attach fail ignore skip'
            case 'as:*'
                set -l forms m3u8 m3u pls xspf jspf json nsp
                test $command = lib-search; and set forms json scrobbler-log listenbrainz
                set spec $spec --exclusive --arguments "$forms"
            case 'type:*'
                set spec $spec --exclusive --arguments 'scrobbler-log spotify spotify-account listenbrainz lastfm-json maloja pano fonoteca lastfm-csv lastfm-tsv librefm'
            case 'fs:*'
                set spec $spec --exclusive --arguments 'posix vfat'
            case 'convert:*'
                set spec $spec --exclusive --arguments 'opus mp3 aac vorbis flac alac wav aiff'
            case 'by:*'
                set spec $spec --exclusive --arguments 'track recording'
            case 'do:*'
                set spec $spec --exclusive --arguments 'play export notify'
            case 'every:*'
                set spec $spec --exclusive --arguments 'minute hour day weekday week month year'
            case 'catch-up:*'
                set spec $spec --exclusive --arguments 'once all skip'
            case 'only:*'
                set spec $spec --exclusive --arguments 'bpm key loudness fingerprint features check'
            case 'prefer:*'
                set spec $spec --exclusive --arguments 'analysis tags'
            case 'save:*' 'forget:*'
                set spec $spec --exclusive --arguments '(__fonoteca_saved)'
            case '*:ID' '*:SESSION'
                set spec $spec --exclusive --arguments '(__fonoteca_sessions)'
            case '*:FIELD*'
                set spec $spec --exclusive --arguments '$__fonoteca_fields'
            case '*'
                set spec $spec --exclusive
        end
        complete $spec
    end
end

complete --command lib-import --force-files
complete --command lib-commit --condition 'not contains -- --amend (commandline -opc)' --arguments '(__fonoteca_sessions)'
complete --command lib-commit --condition 'contains -- --amend (commandline -opc)' --arguments '$__fonoteca_fields='
complete --command lib-search --arguments '@(__fonoteca_saved)'
complete --command lib-sweep --arguments '(__fonoteca_verbs lib-sweep)'
complete --command lib-sweep --condition 'contains restore (__fonoteca_operands); or contains rebuild (__fonoteca_operands)' \
    --force-files
complete --command lib-playlist --condition 'test (count (__fonoteca_operands)) -eq 0' \
    --arguments '(__fonoteca_verbs lib-playlist)'
complete --command lib-playlist --condition 'test (count (__fonoteca_operands)) -gt 0' \
    --arguments '(__fonoteca_playlists)'
complete --command lib-playlist --condition 'contains import (__fonoteca_operands)' --force-files

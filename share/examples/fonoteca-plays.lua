-- SPDX-License-Identifier: MIT
-- Log what mpv plays to Fonoteca's archive: put this file into ~/.config/mpv/scripts/.
-- When a file ends lib-import(1) is told what it was and how long it was heard, pauses left out; short plays are
-- kept and do not count.  Films and other files with a picture that moves are left alone.

local utils = require("mp.utils")
local play, heard, since = nil, 0, nil

local function count()
    if since then
        heard = heard + mp.get_time() - since
        since = nil
    end
end

local function go_on()
    if play and not since and not mp.get_property_bool("pause", false) then
        since = mp.get_time()
    end
end

local function is_film()
    for _, track in ipairs(mp.get_property_native("track-list", {})) do
        if track.type == "video" and not track.albumart and not track.image then
            return true
        end
    end
    return false
end

-- Names of tags come in any case.
local function tag(...)
    local found = {}
    for name, value in pairs(mp.get_property_native("metadata", {})) do
        found[name:lower()] = value
    end
    for _, name in ipairs({...}) do
        if found[name] and found[name] ~= "" then
            return found[name]
        end
    end
end

mp.register_event("file-loaded", function()
    local title = tag("title")
    play, heard, since = nil, 0, nil
    if not title or is_film() then
        return
    end
    play = {
        start = os.time(),
        artist = tag("artist", "album_artist") or "",
        title = title,
        album = tag("album"),
        mb_trackid = tag("musicbrainz_trackid", "musicbrainz track id"),
        isrc = tag("isrc", "tsrc"),
        duration_ms = math.floor((mp.get_property_number("duration") or 0) * 1000),
        player = "mpv",
    }
    go_on()
end)

mp.observe_property("pause", "bool", function(_, paused)
    if paused then
        count()
    else
        go_on()
    end
end)

mp.register_event("end-file", function()
    count()
    if play and heard >= 1 then
        play.heard_ms = math.floor(heard * 1000)
        if play.duration_ms == 0 then
            play.duration_ms = nil
        end
        local line = utils.format_json(play)
        mp.command_native({
            name = "subprocess",
            args = {"lib-import", "--played"},
            stdin_data = line,
            playback_only = false,
            detach = false,
        })
    end
    play = nil
end)

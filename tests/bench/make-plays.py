#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Print a history of N plays as ListenBrainz has them: make-plays.py N [TRACKS [SEED]]

Of TRACKS (30,000) songs some are heard often and most seldom, with albums and, of every third, an MBID."""
import json
import random
import sys

n = int(sys.argv[1])
tracks = int(sys.argv[2]) if len(sys.argv) > 2 else 30000
r = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
start = 1300000000
for i in range(n):
    t = min(int(r.paretovariate(0.35)) * 7919 % tracks if i % 3 else r.randrange(tracks), tracks - 1)
    start += r.randrange(150, 420)
    info = {"duration_ms": 120000 + t * 37 % 240000, "submission_client": "a player", "media_player": "mpd"}
    if t % 3 == 0:
        info["recording_mbid"] = "%08x-0000-4000-8000-%012x" % (t, t)
    print(json.dumps({"listened_at": start, "inserted_at": start + 5, "track_metadata": {
        "artist_name": "Artist %d" % (t // 12), "track_name": "Song number %d" % t, "release_name": "Album %d" % (t // 10),
        "mbid_mapping": None, "additional_info": info}}))

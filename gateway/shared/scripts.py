"""What Redis does in one step, each on one key. Times are whole milliseconds unless a name says otherwise."""

from __future__ import annotations

from typing import Final

CLAIM: Final = """
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return false
end
return {redis.call('GET', KEYS[1]), redis.call('PTTL', KEYS[1])}
"""
"""Puts `ARGV[1]` there for `ARGV[2]`, unless something is there: then answers that, and for how long it will be."""

RELEASE: Final = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
"""
"""Removes `ARGV[1]`, and nothing that somebody else has put there since."""

SETTLE: Final = """
local present = redis.call('GET', KEYS[1])
if not present or present == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  return 1
end
return 0
"""
"""Puts `ARGV[2]` there for `ARGV[3]` in place of `ARGV[1]`, also where that has been forgotten."""

_NOW: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
"""

TAKE: Final = (
    _NOW
    + """
local rate, burst, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local each = 1000000 / rate
local known = redis.call('HMGET', KEYS[1], 'full', 'blocked')
local blocked = tonumber(known[2] or 0)
if blocked > now and blocked <= now + ARGV[4] * 1000 then
  return {0, math.ceil(blocked - now)}
end
local full = math.min(math.max(tonumber(known[1] or now), now), now + burst * each)
local there = math.max(0, math.floor((now + burst * each - full) / each + 0.000001))
local taken = math.min(wanted, there)
if taken > 0 then
  full = full + taken * each
  redis.call('HSET', KEYS[1], 'full', string.format('%.0f', full))
  redis.call('PEXPIRE', KEYS[1], math.ceil((full - now) / 1000) + 1000)
end
if taken == wanted then
  return {taken, 0}
end
return {taken, math.ceil(full + each - burst * each - now)}
"""
)
"""Takes up to `ARGV[3]` calls from a budget that fills by `ARGV[1]` a second up to `ARGV[2]`. Answers how many, and,
where there were fewer, in how many microseconds there will be another. A block ends after `ARGV[4]` at the latest.

`full` is the moment at which the budget will be full again, by Redis's clock alone. One that lies further ahead than an
empty budget needs comes from a clock that was put back, and so does a block that is longer than any."""

BLOCK: Final = (
    _NOW
    + """
local ending = now + ARGV[1] * 1000
if ending > tonumber(redis.call('HGET', KEYS[1], 'blocked') or 0) then
  redis.call('HSET', KEYS[1], 'blocked', string.format('%.0f', ending))
  if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then
    redis.call('PEXPIRE', KEYS[1], ARGV[1])
  end
end
return 0
"""
)
"""Lets `TAKE` take nothing for `ARGV[1]`."""

ALL: Final = (CLAIM, RELEASE, SETTLE, TAKE, BLOCK)

#!/usr/bin/env bash
# Makes the prompts without words, the tone before a message, the one of a phone that rings, and the
# music on hold, out of nothing, so nobody's rights are in them: prompts/sounds.sh FOLDER
#
# Needs sox; where they are kept as FLAC, `flac --best --no-padding --no-seektable` makes it. What is said is rendered by `zeroline prompts render` (docs/prompts.md).
set -euo pipefail
cd "${1:-$(dirname "$0")/en}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# One loudness: peaks squeezed, then -22 dB RMS. No dither, so that a second run gives the same
# bytes.
level() { # in out
  sox -D "$1" "$work/even.wav" norm -6 compand 0.002,0.06 -70,-70,-24,-24,-6,-14 0 -90 0.002
  local gain
  gain=$(sox "$work/even.wav" -n stats 2>&1 | awk '/^RMS lev/ {print -22 - $4}')
  sox -R -D "$work/even.wav" -b 16 -r 8000 -c 1 "$2" gain "$gain"
}

# The tone before a message: 1 kHz, 0.4 s, soft ends, as loud as the voice before it.
sox -R -D -n -b 16 -r 8000 -c 1 sys-beep.wav synth 0.4 sine 1000 gain -18.8 fade q 0.02 0.4 0.02

# Somebody's phone rings: 425 Hz, 1 s on and 4 s off, as in most of Europe (ITU-T E.180). Played over
# and over.
sox -R -D -n -b 16 -r 8000 -c 1 "$work/ring.wav" synth 1 sine 425 gain -17.8 fade q 0.01 1 0.01
sox -R -D "$work/ring.wav" sys-ringback.wav pad 0 4

# Music on hold: 36 s, twelve bars of 3 s in a slow round of four chords (C, A minor, F, G with
# added notes). Each bar is a pad of soft tones and an arpeggio of plucked strings; it ends where
# it begins. No frequency pair of a telephone key is held long enough to be taken for one.
bar() { # out, four frequencies
  local out=$1 a=$2 b=$3 c=$4 d=$5 i f args=()
  sox -R -D -n -r 8000 "$work/pad.wav" synth 3 sine "$a" sine "$b" sine "$c" \
    remix - gain -14 fade t 0.6 3 0.6 tremolo 0.7 20
  i=0
  for f in "$a" "$c" "$b" "$d" "$c" "$b"; do
    sox -R -D -n -r 8000 -c 1 "$work/n$i.wav" synth 1.4 pluck "$f" gain -11 \
      fade t 0.004 1.4 1.1 pad "$(awk -v i=$i 'BEGIN { print i * 0.5 }')"
    args+=("$work/n$i.wav")
    i=$((i + 1))
  done
  sox -R -D -m "$work/pad.wav" "${args[@]}" -r 8000 -c 1 "$work/mix.wav" trim 0 3
  cp "$work/mix.wav" "$out"
}
bar "$work/c.wav" 130.81 196.00 261.63 329.63
bar "$work/a.wav" 110.00 164.81 261.63 329.63
bar "$work/f.wav" 87.31 174.61 261.63 349.23
bar "$work/g.wav" 98.00 146.83 246.94 293.66
bar "$work/c2.wav" 130.81 164.81 246.94 392.00
bar "$work/a2.wav" 110.00 196.00 261.63 392.00
sox -R -D "$work"/{c,a,f,g,c2,a2,f,g,c,a,f,g}.wav "$work/moh.wav" gain -6 lowpass 3000
level "$work/moh.wav" sys-moh.wav

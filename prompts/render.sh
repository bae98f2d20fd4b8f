#!/usr/bin/env bash
# Renders the prompts of one language from its transcripts: prompts/render.sh en
#
# transcripts.toml holds `name = "what is said"`. Needs espeak-ng and sox. Each is spoken,
# trimmed, band-limited to telephone speech, brought to one loudness and written as mono
# 16-bit WAV at 8 kHz (the rate of G.711). sys-beep and sys-moh are synthesised here as well,
# so nobody's rights are in them. Recordings by a person may replace any file: keep the name,
# and keep the transcript true, since the menu checker reads it.
set -euo pipefail
lang=${1:-en}
cd "$(dirname "$0")/$lang"
case $lang in
en) voice=en-gb-x-rp ;;
*) voice=$lang ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# One loudness: peaks squeezed, then -22 dB RMS, which for a voice is about -22 LUFS; peaks stay
# under -2 dB. No dither, so that a second run gives the same bytes.
level() { # in out
  sox -D "$1" "$work/even.wav" norm -6 compand 0.002,0.06 -70,-70,-24,-24,-6,-14 0 -90 0.002
  local gain
  gain=$(sox "$work/even.wav" -n stats 2>&1 | awk '/^RMS lev/ {print -22 - $4}')
  sox -R -D "$work/even.wav" -b 16 -r 8000 -c 1 "$2" gain "$gain"
}

while IFS='=' read -r name text; do
  name=$(echo "$name" | tr -d ' ')
  case $name in '' | \#* | sys-beep | sys-moh) continue ;; esac
  text=$(echo "$text" | sed -E 's/^ *"(.*)" *$/\1/')
  espeak-ng -v "$voice" -s 145 -p 42 -g 2 -w "$work/raw.wav" "$text"
  # Silence off both ends, 60 ms of air kept.
  sox -D "$work/raw.wav" "$work/trim.wav" gain -6 highpass 120 lowpass 3700 \
    silence 1 0.01 0.5% reverse silence 1 0.01 0.5% reverse pad 0.04 0.08
  level "$work/trim.wav" "$name.wav"
done <transcripts.toml

# The tone before a message: 1 kHz, 0.4 s, soft ends.
sox -R -D -n -b 16 -r 8000 -c 1 sys-beep.wav synth 0.4 sine 1000 gain -12 fade q 0.02 0.4 0.02

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

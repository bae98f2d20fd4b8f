#!/usr/bin/env bash
# Speaks every prompt again that has words: what the server says by itself, what values are made of,
# and the demo line. Run it when a text has changed: prompts/speech.sh [LANGUAGE ...]
#
# Needs espeak-ng (de, da, nb), flite with the voice slt (en: clearer), flac, sox, and this program as
# built from the changed files: cargo build. Another one than target/debug/zeroline is named by
# ZEROLINE. A second run gives the same bytes.
#
# The texts are the first part of <language>/transcripts.toml, menus/*.yaml and src/menu/say; the rest
# of transcripts.toml is written here. The tone and the music are made by sounds.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
zeroline=$(realpath "${ZEROLINE:-target/debug/zeroline}")
mark='# Below: written by prompts/speech.sh.'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# All prompts together are part of the program. Long German ones, and in all languages what is said about
# messages, are rounded to 12 bits, which flac makes use of: the noise is 50 dB below the voice, less than
# that of G.711.
thin() { # files
  local file
  for file in "$@"; do
    awk -v s="$(soxi -D "$file")" 'BEGIN { exit !(s > 4) }' || continue
    sox -D "$file" -b 16 "$work/12.wav" vol 0.0625
    sox -D "$work/12.wav" -b 16 "$file" vol 16
  done
}

for language in ${@:-en de da nb}; do
  engine=espeak-ng
  [ "$language" = en ] && engine=flite
  folder=$work/prompts/$language
  mkdir -p "$folder"
  sed "\\|^$mark|,\$d" "prompts/$language/transcripts.toml" >"$work/by-hand.toml"
  render() {
    "$zeroline" prompts render "$@" --language "$language" --into "$folder" --engine $engine \
      --rate 8000 --force --data "$work/data"
  }
  # First those with names of their own; then, with these over the built-in ones, the rest.
  render --transcripts "$work/by-hand.toml"
  rm "$folder/transcripts.toml"
  cp "$work/by-hand.toml" "$folder/transcripts.toml"
  render --menus menus --prompts "$work/prompts"
  case $language in
    de) thin "$folder"/*.wav ;;
    *) thin "$folder"/sys-message-{intro,review}.wav ;;
  esac
  flac --silent --best --no-padding --no-seektable "$folder"/*.wav
  {
    cat "$work/by-hand.toml"
    echo "$mark"
    echo
    grep -E '^(say|text)-' "$folder/transcripts.toml" | LC_ALL=C sort
  } >"$work/transcripts.toml"
  find "prompts/$language" -name '*.flac' -delete
  mv "$folder"/*.flac "prompts/$language/"
  mv "$work/transcripts.toml" "prompts/$language/transcripts.toml"
done

// SHA-256 (FIPS 180-4) in plain JavaScript: `crypto.subtle` is absent on plain http and on pages opened from a file.
"use strict";

const ROUND_CONSTANTS = firstPrimes(64).map((prime) => fractionBits(Math.cbrt(prime)));
const INITIAL_HASH = firstPrimes(8).map((prime) => fractionBits(Math.sqrt(prime)));

// The SHA-256 of a text's UTF-8 bytes, as 64 hexadecimal digits.
function sha256(text) {
  return hexOf(hashed(INITIAL_HASH, new TextEncoder().encode(text), 0));
}

// For many texts with one beginning of 64 bytes: returns a function from the rest (ASCII) to the SHA-256 of all.
function sha256After(beginning) {
  const words = sha256WordsAfter(beginning);
  return (rest) => hexOf(words(rest));
}

// The same, as eight whole numbers of 32 bits; a large draw asks for hundreds of thousands of them.
function sha256WordsAfter(beginning) {
  const bytes = new TextEncoder().encode(beginning);
  const middle = new Uint32Array(INITIAL_HASH);
  const words = new Uint32Array(64);
  bytes.forEach((byte, place) => {
    words[place >> 2] |= byte << (24 - 8 * (place & 3));
  });
  compress(middle, words);
  const oneBlock = (rest) => {
    words.fill(0, 0, 16);
    for (let place = 0; place < rest.length; place += 1) {
      words[place >> 2] |= rest.charCodeAt(place) << (24 - 8 * (place & 3));
    }
    words[rest.length >> 2] |= 0x80 << (24 - 8 * (rest.length & 3));
    words[15] = (64 + rest.length) << 3;
    const hash = new Uint32Array(middle);
    compress(hash, words);
    return hash;
  };
  const more = (rest) => hashed(middle, Uint8Array.from(rest, (letter) => letter.charCodeAt(0)), 64);
  return (rest) => (rest.length < 56 ? oneBlock(rest) : more(rest));
}

function hashed(start, bytes, before) {
  const blocks = paddedBlocks(bytes, before);
  const hash = new Uint32Array(start);
  const words = new Uint32Array(64);
  for (let place = 0; place < blocks.length; place += 16) {
    words.set(blocks.subarray(place, place + 16));
    compress(hash, words);
  }
  return hash;
}

function hexOf(hash) {
  return Array.from(hash, (word) => word.toString(16).padStart(8, "0")).join("");
}

function compress(hash, words) {
  for (let i = 16; i < 64; i += 1) {
    const early = words[i - 15];
    const late = words[i - 2];
    const low = rotated(early, 7) ^ rotated(early, 18) ^ (early >>> 3);
    const high = rotated(late, 17) ^ rotated(late, 19) ^ (late >>> 10);
    words[i] = words[i - 16] + low + words[i - 7] + high;
  }
  let [a, b, c, d, e, f, g, h] = hash;
  for (let i = 0; i < 64; i += 1) {
    const high = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const first = (h + high + ((e & f) ^ (~e & g)) + ROUND_CONSTANTS[i] + words[i]) | 0;
    const low = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const second = (low + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  hash[0] += a;
  hash[1] += b;
  hash[2] += c;
  hash[3] += d;
  hash[4] += e;
  hash[5] += f;
  hash[6] += g;
  hash[7] += h;
}

function paddedBlocks(bytes, before) {
  const length = Math.ceil((bytes.length + 9) / 64) * 16;
  const words = new Uint32Array(length);
  bytes.forEach((byte, place) => {
    words[place >> 2] |= byte << (24 - 8 * (place & 3));
  });
  words[bytes.length >> 2] |= 0x80 << (24 - 8 * (bytes.length & 3));
  words[length - 2] = Math.floor((before + bytes.length) / 0x20000000);
  words[length - 1] = (before + bytes.length) << 3;
  return words;
}

function rotated(word, count) {
  return (word >>> count) | (word << (32 - count));
}

function firstPrimes(count) {
  const primes = [];
  for (let number = 2; primes.length < count; number += 1) {
    if (primes.every((prime) => number % prime !== 0)) {
      primes.push(number);
    }
  }
  return primes;
}

// The first 32 bits of a number's fraction.
function fractionBits(number) {
  return Math.floor((number - Math.floor(number)) * 0x100000000) >>> 0;
}

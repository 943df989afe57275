/** Ids as numbers 0, 1, 2 … in the order in which they come, in 24 to 48 bytes each: as text each takes a hundred. */
const WORDS = 4;
/** Where the 32 digits are in an id's text. */
const DIGITS = Array.from({ length: 36 }, (_, at) => at).filter((at) => ![8, 13, 18, 23].includes(at));

export type IdNumbers = {
  /** Of an id in lower case. */
  numberOf(id: string): number;
  idOf(number: number): string;
  /** Below 0 where the first one's id is before the other's. */
  compare(a: number, b: number): number;
  size(): number;
};

export function createIdNumbers(): IdNumbers {
  let size = 0;
  let words = new Uint32Array(1_024 * WORDS);
  /** By hash, with open places: a number and one more; 0 is a free place. At most half are taken. */
  let places = new Uint32Array(2_048);
  const given = new Uint32Array(WORDS);

  const hashAt = (from: Uint32Array, at: number): number => {
    const mixed = Math.imul(from[at + 3]! ^ Math.imul(from[at + 2]!, 0x9e3779b1) ^ Math.imul(from[at + 1]!, 0x85ebca6b), 0xc2b2ae35);
    return mixed ^ (mixed >>> 15);
  };
  const isGiven = (number: number): boolean => {
    for (let word = 0; word < WORDS; word++) if (words[number * WORDS + word] !== given[word]) return false;
    return true;
  };

  function grow(): void {
    const more = new Uint32Array(words.length * 2);
    more.set(words);
    words = more;
    places = new Uint32Array(places.length * 2);
    const mask = places.length - 1;
    for (let number = 0; number < size; number++) {
      let place = hashAt(words, number * WORDS) & mask;
      while (places[place] !== 0) place = (place + 1) & mask;
      places[place] = number + 1;
    }
  }

  return {
    numberOf(id) {
      for (let word = 0; word < WORDS; word++) {
        let value = 0;
        for (let digit = word * 8; digit < word * 8 + 8; digit++) value = (value << 4) | valueOf(id.charCodeAt(DIGITS[digit]!));
        given[word] = value;
      }
      const mask = places.length - 1;
      let place = hashAt(given, 0) & mask;
      for (; places[place] !== 0; place = (place + 1) & mask) if (isGiven(places[place]! - 1)) return places[place]! - 1;
      places[place] = size + 1;
      words.set(given, size * WORDS);
      size += 1;
      if (size * 2 === places.length) grow();
      return size - 1;
    },
    idOf(number) {
      const digits = [...words.subarray(number * WORDS, (number + 1) * WORDS)].map((word) => word.toString(16).padStart(8, '0')).join('');
      return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    },
    compare(a, b) {
      for (let word = 0; word < WORDS; word++) {
        const difference = words[a * WORDS + word]! - words[b * WORDS + word]!;
        if (difference !== 0) return difference;
      }
      return 0;
    },
    size: () => size,
  };
}

/** Of a hexadecimal digit in lower case. */
const valueOf = (code: number): number => (code < 58 ? code - 48 : code - 87);

/** Bytes that are not what they should be: from a broken disk or another version, never from a caller's mistake. */
export class ChunkError extends Error {
  override readonly name = 'ChunkError'
}

const PIECE_BITS = 24
const PIECE = 2 ** PIECE_BITS
const SIGNED_FIRST = 64
const SIGNED_NEXT = 128
/** Up to here a Golomb code is written with two calls and 32-bit arithmetic. */
const SHORT_BITS = 11
const LONGEST_BITS = 54

/** How many bits a whole number from 0 to 2^53 takes; 0 for zero. */
export const bitLength = (value: number): number =>
  value < 2 ** 32 ? 32 - Math.clz32(value) : 64 - Math.clz32(Math.floor(value / 2 ** 32))

/** Writes bits, most significant first, into a growing buffer. */
export class BitWriter {
  #bytes = new Uint8Array(512)
  #length = 0
  #pending = 0
  #pendingBits = 0

  /** The low `count` bits of `value`; at most 24, so that with the 7 pending ones they stay inside a 32-bit integer. */
  bits(value: number, count: number): void {
    let acc = (this.#pending << count) | value
    let held = this.#pendingBits + count
    if (this.#length + 4 > this.#bytes.length) this.#grow(4)
    while (held >= 8) {
      held -= 8
      this.#bytes[this.#length++] = acc >>> held
    }
    acc &= (1 << held) - 1
    this.#pending = acc
    this.#pendingBits = held
  }

  /** Any number of bits; `value` is a whole number up to 2^53. */
  wide(value: number, count: number): void {
    if (count > PIECE_BITS) {
      this.wide(Math.floor(value / PIECE), count - PIECE_BITS)
      this.bits(value % PIECE, PIECE_BITS)
    } else this.bits(value, count)
  }

  /**
   * An exponential Golomb code and a sign: a magnitude below 2^parameter takes parameter + 1 bits, each doubling beyond it
   * 2 more, the sign of a number that is not zero 1 more.
   */
  golomb(number: number, parameter: number): void {
    const magnitude = Math.abs(number)
    const sign = number < 0 ? 1 : 0
    const signBits = magnitude > 0 ? 1 : 0
    if (magnitude < 2 ** SHORT_BITS && parameter <= SHORT_BITS) {
      const quotient = (magnitude >>> parameter) + 1
      const low = magnitude & ((1 << parameter) - 1)
      this.bits(quotient, 2 * bitLength(quotient) - 1)
      this.bits((low << signBits) | sign, parameter + signBits)
      return
    }
    const quotient = Math.floor(magnitude / 2 ** parameter) + 1
    const length = bitLength(quotient)
    this.wide(0, length - 1)
    this.wide(quotient, length)
    this.wide(magnitude % 2 ** parameter, parameter)
    this.bits(sign, signBits)
  }

  /** Fills the last byte with zeros. */
  align(): void {
    if (this.#pendingBits > 0) this.bits(0, 8 - this.#pendingBits)
  }

  byte(value: number): void {
    this.bits(value, 8)
  }

  /** A safe integer in 1 to 8 bytes: sign and 6 bits first, then 7 bits a byte. */
  signed(value: number): void {
    const sign = value < 0 ? 1 : 0
    let rest = Math.abs(value)
    let low = (rest % SIGNED_FIRST) * 2 + sign
    rest = Math.floor(rest / SIGNED_FIRST)
    while (rest > 0) {
      this.byte(low | 128)
      low = rest % SIGNED_NEXT
      rest = Math.floor(rest / SIGNED_NEXT)
    }
    this.byte(low)
  }

  /** Whole bytes; the writer must be aligned. */
  bytes(source: Uint8Array): void {
    this.#grow(source.length)
    this.#bytes.set(source, this.#length)
    this.#length += source.length
  }

  finish(): Uint8Array {
    this.align()
    return this.#bytes.slice(0, this.#length)
  }

  #grow(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more))
    grown.set(this.#bytes)
    this.#bytes = grown
  }
}

/** Reads what a BitWriter wrote. Every read past the end throws a ChunkError. */
export class BitReader {
  readonly #bytes: Uint8Array
  readonly #end: number
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#end = bytes.length * 8
  }

  /** At most 24 bits. */
  bits(count: number): number {
    const value = count === 0 ? 0 : this.#peek() >>> (32 - count)
    this.#advance(count)
    return value
  }

  wide(count: number): number {
    if (count <= PIECE_BITS) return this.bits(count)
    return this.wide(count - PIECE_BITS) * PIECE + this.bits(PIECE_BITS)
  }

  /** Undoes BitWriter.golomb; the result of broken bytes may be larger than any safe integer. */
  golomb(parameter: number): number {
    const word = this.#peek()
    const zeros = Math.clz32(word)
    const bits = 2 * zeros + 1 + parameter
    if (bits >= PIECE_BITS) return this.#longGolomb(parameter)
    // Quotient + 1 and the low bits stand side by side, so together they are the magnitude plus one quotient step.
    const magnitude = (word >>> (32 - bits)) - (1 << parameter)
    if (magnitude === 0) {
      this.#advance(bits)
      return 0
    }
    this.#advance(bits + 1)
    return (word >>> (31 - bits)) & 1 ? -magnitude : magnitude
  }

  #longGolomb(parameter: number): number {
    let zeros = 0
    while (this.bits(1) === 0) zeros += 1
    if (zeros >= LONGEST_BITS) throw new ChunkError('A number is longer than any that was written.')
    const quotient = 2 ** zeros + this.wide(zeros) - 1
    const magnitude = quotient * 2 ** parameter + this.wide(parameter)
    if (magnitude === 0) return 0
    return this.bits(1) === 1 ? -magnitude : magnitude
  }

  align(): void {
    this.#at = Math.ceil(this.#at / 8) * 8
  }

  byte(): number {
    return this.bits(8)
  }

  signed(): number {
    let byte = this.byte()
    const negative = byte % 2 === 1
    let value = (byte & 127) >>> 1
    let scale = SIGNED_FIRST
    while (byte >= 128) {
      byte = this.byte()
      value += (byte & 127) * scale
      scale *= SIGNED_NEXT
      if (value > Number.MAX_SAFE_INTEGER) throw new ChunkError('A whole number is too large.')
    }
    return negative ? -value : value
  }

  bytes(count: number): Uint8Array {
    const from = this.#at / 8
    this.#advance(count * 8)
    return this.#bytes.subarray(from, from + count)
  }

  /** All bytes must have been read: what follows would be silently lost. */
  expectEnd(): void {
    this.align()
    if (this.#at !== this.#end) throw new ChunkError('There are bytes after the end.')
  }

  /** The next bits in the high end of a 32-bit word: at least 25 real ones, zeros past the end. */
  #peek(): number {
    const bytes = this.#bytes
    const at = this.#at >>> 3
    const word =
      ((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0)
    return (word << (this.#at & 7)) >>> 0
  }

  #advance(count: number): void {
    this.#at += count
    if (this.#at > this.#end) throw new ChunkError('The bytes end too early.')
  }
}

/**
 * Measures MQTT frames as their bytes go by, before any parser has buffered them: an oversized frame is known from its first five bytes
 * (MQTT 3.1.1, 2.2.3: the remaining length is a base-128 number of at most four bytes).
 */
export class FrameMeter {
  /** Bytes of the current frame that are still to come. */
  #left = 0
  #lengthBytes = 0
  #length = 0
  #inHeader = false

  /** Takes the next bytes of the stream. Returns what is wrong with them, or undefined. */
  measure(bytes: Uint8Array, capBytes: number): 'too_long' | 'malformed' | undefined {
    let index = 0
    while (index < bytes.length) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, bytes.length - index)
        this.#left -= taken
        index += taken
        continue
      }
      const wrong = this.#header(bytes[index] as number, capBytes)
      if (wrong) return wrong
      index += 1
    }
    return undefined
  }

  #header(byte: number, capBytes: number): 'too_long' | 'malformed' | undefined {
    if (!this.#inHeader) {
      this.#inHeader = true
      this.#length = 0
      this.#lengthBytes = 0
      return undefined
    }
    this.#length += (byte & 0x7f) * 128 ** this.#lengthBytes
    this.#lengthBytes += 1
    if (this.#length > capBytes) return 'too_long'
    if (byte & 0x80) return this.#lengthBytes === 4 ? 'malformed' : undefined
    this.#inHeader = false
    this.#left = this.#length
    return undefined
  }
}

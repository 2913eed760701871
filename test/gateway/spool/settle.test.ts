import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { AppliedBefore } from '../../../contract/api/gateways.ts'
import { DAY_MS } from '../../../contract/time.ts'
import { settle } from '../../../gateway/spool/settle.ts'
import { Spool } from '../../../gateway/spool/spool.ts'
import { encodeFrame, frameHash } from '../../../gateway/uplink/frames.ts'
import { temporaryDirectory } from '../../fakes/temporary-directory.ts'

/** Ten batches, of which the server's word has arrived for the first four. */
function spoolOfTen(): Spool {
  const spool = new Spool({ path: join(temporaryDirectory(), 'spool.db'), epoch: 2, now: 0 })
  onTestFinished(() => spool.close())
  for (let at = 1; at <= 10; at += 1)
    spool.append(at, { span: 1, through: at }, (place) => encodeFrame(place))
  spool.ack(4)
  return spool
}

const hashOf = (spool: Spool, seq: number): string => frameHash(spool.from(seq)?.body ?? new Uint8Array())

const foreign = '0123456789abcdef'

test.each([
  ['what was applied counts as acknowledged', { through: 7 }, 7],
  ['a server that was restored gets again what it lost', { through: 2 }, 2],
  ['everything was applied', { through: 10 }, 10],
  ['nothing was', { through: 0 }, 0],
  ['another epoch says nothing', { through: 7, epoch: 1 }, 4],
  ['more than was ever written is another history', { through: 11 }, 4],
  ['another batch under the same number is another history', { through: 7, hash: foreign }, 4],
  ['another batch under the last number is another history', { through: 10, hash: foreign }, 4],
] satisfies [string, Partial<AppliedBefore> & { through: number }, number][])('%s', (_, applied, acked) => {
  const spool = spoolOfTen()
  settle(spool, { epoch: 2, ...applied }, 1_000)
  expect(spool.acked).toBe(acked)
  expect(spool.depth).toBe(10 - acked)
})

test('the same batch under the number is the same history', () => {
  const spool = spoolOfTen()
  settle(spool, { epoch: 2, through: 7, hash: hashOf(spool, 7) }, 1_000)
  expect(spool.acked).toBe(7)
})

test('the last batch is known by its hash even when it is gone', () => {
  const spool = spoolOfTen()
  const hash = hashOf(spool, 10)
  spool.ack(10)
  spool.trim(1_000)
  spool.trim(1_000 + DAY_MS)
  settle(spool, { epoch: 2, through: 10, hash }, 2 * DAY_MS)
  expect(spool.acked).toBe(10)
})

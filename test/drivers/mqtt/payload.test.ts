import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { factPattern, MAX_FACT_LENGTH, metricPattern } from '../../../contract/sample.ts'
import { hear, type Message } from '../../../gateway/drivers/mqtt/hear.ts'
import { metricNameOf } from '../../../gateway/drivers/mqtt/names.ts'
import { MAX_PAYLOAD_BYTES, payloadValues } from '../../../gateway/drivers/mqtt/to-samples.ts'
import { fuzzParameters } from '../../suites/counts.ts'

const values = (payload: string | Buffer) => payloadValues(Buffer.from(payload), 'value')

describe('payloads', () => {
  const cases: [payload: string, samples: Record<string, number>, facts: Record<string, string | boolean>][] =
    [
      ['21.5', { value: 21.5 }, {}],
      [' -3 ', { value: -3 }, {}],
      ['closed', {}, { value: 'closed' }],
      ['true', {}, { value: true }],
      ['', {}, {}],
      ['null', {}, {}],
      [
        '{"batteryLevel": 80, "tamper": false, "serial": "00123"}',
        { battery_level: 80 },
        { tamper: false, serial: '00123' },
      ],
      ['{"battery": {"percent": 80, "deep": {"x": 1}}, "list": [1, 2]}', { battery_percent: 80 }, {}],
      ['{"Temp °C": 3, "temp__c": 4, "1st": 5, "温度": 6}', { temp_c: 3, n1st: 5 }, {}],
      ['{"__proto__": 1, "constructor": 2, "toString": 3}', { proto: 1, constructor: 2, to_string: 3 }, {}],
    ]
  for (const [payload, samples, facts] of cases) {
    test(`${payload || 'nothing'} is read`, () => {
      expect(values(payload)).toEqual({ samples, facts })
    })
  }

  const refused: [name: string, payload: string | Buffer, says: string][] = [
    ['JSON with NaN', '{"temp": NaN}', 'not valid JSON'],
    ['a number beyond all measure', '{"temp": 1e999}', 'temp is not a finite number'],
    ['half a JSON object', '{"temp": 2', 'not valid JSON'],
    ['a list', '[1, 2]', 'a list'],
    ['bytes that are no text', Buffer.from([0xff, 0xd8, 0xff, 0xe0]), 'not text'],
    ['text with control characters', 'a\u0001b', 'not text'],
    ['64 KiB and one byte', 'x'.repeat(MAX_PAYLOAD_BYTES + 1), 'was not read'],
  ]
  for (const [name, payload, says] of refused) {
    test(`${name} gives no values and says why`, () => {
      const { samples, facts, detail } = values(payload)
      expect([samples, facts]).toEqual([{}, {}])
      expect(detail).toContain(says)
    })
  }

  test('a message with a thousand values is cut, and says so', () => {
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`v${at}`, at]))
    const { samples, detail } = values(JSON.stringify(many))
    expect(Object.keys(samples)).toHaveLength(128)
    expect(detail).toContain('first 128')
  })

  test('no payload breaks the rules of the contract', () => {
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.string({ unit: 'binary', maxLength: 100 }).map((text) => Buffer.from(text)),
      fc.json().map((json) => Buffer.from(json)),
      fc
        .dictionary(fc.string({ unit: 'grapheme' }), fc.oneof(fc.double(), fc.string(), fc.boolean()))
        .map((object) => Buffer.from(JSON.stringify(object))),
    )
    fc.assert(
      fc.property(payload, fc.string(), (bytes, name) => {
        const { samples, facts } = payloadValues(bytes, name)
        for (const [metric, value] of Object.entries(samples)) {
          expect(metric).toMatch(new RegExp(metricPattern))
          expect(Number.isFinite(value)).toBe(true)
        }
        for (const [fact, value] of Object.entries(facts)) {
          expect(fact).toMatch(new RegExp(factPattern))
          if (typeof value === 'string') expect(value.length).toBeLessThanOrEqual(MAX_FACT_LENGTH)
        }
      }),
      fuzzParameters(),
    )
  })

  test('a name stays what it is when it is read twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (name) => {
        const once = metricNameOf(name)
        if (once !== undefined) expect(metricNameOf(once)).toBe(once)
      }),
      fuzzParameters(),
    )
  })
})

describe('what a message means', () => {
  const settings = { topic: 'door/#', availabilityTopic: 'door/status', offlinePayload: 'offline' }
  const message = (topic: string, payload: string, retained = false): Message => ({
    topic,
    payload: Buffer.from(payload),
    retained,
  })
  const offline = { ok: false, alive: false, reason: 'reported_offline' }

  const rows: [says: string, message: Message, heardBefore: boolean, means: object | undefined][] = [
    [
      'a live value is evidence',
      message('door/battery', '80'),
      false,
      { ok: true, alive: true, samples: { battery: 80 } },
    ],
    ['a live birth message is evidence', message('door/status', 'online'), false, { ok: true, alive: true }],
    ['a kept birth message is nothing', message('door/status', 'online', true), false, undefined],
    ['a kept value is nothing', message('door/battery', '80', true), false, undefined],
    ['a last will is a report', message('door/status', 'offline'), true, offline],
    [
      'a kept last will is a report to somebody who knows no better',
      message('door/status', 'offline', true),
      false,
      offline,
    ],
    [
      'a kept last will is nothing after the device was heard',
      message('door/status', 'offline', true),
      true,
      undefined,
    ],
    ['a last will on any topic of the device is a report', message('door/lwt', 'offline'), true, offline],
    ['a last will as JSON is a report', message('door/status', '{"state": "offline"}'), true, offline],
    [
      'a payload that cannot be read is still evidence',
      message('door/jpeg', '\u0000\u0001'),
      false,
      { ok: true, alive: true, detail: 'the payload is not text' },
    ],
  ]
  for (const [says, heard, heardBefore, means] of rows) {
    test(says, () => {
      const observation = hear(settings, heard, heardBefore)
      if (means === undefined) expect(observation).toBeUndefined()
      else expect(observation).toMatchObject(means)
    })
  }

  test('nothing that the broker kept is ever evidence', () => {
    fc.assert(
      fc.property(fc.string(), fc.uint8Array(), fc.boolean(), (topic, payload, heardBefore) => {
        const observation = hear(
          settings,
          { topic, payload: Buffer.from(payload), retained: true },
          heardBefore,
        )
        expect(observation?.alive ?? false).toBe(false)
      }),
      fuzzParameters(),
    )
  })
})

import { DevicePatch, NewDevice } from '@stillwatch/contract/api/devices.ts'
import { driverSettings } from '@stillwatch/contract/drivers/registry.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DeviceDraft, emptyDraft, sentDevice } from '../../dashboard/pages/device-form/device-draft.ts'
import {
  applies,
  type FieldSchema,
  sentValues,
  startValues,
} from '../../dashboard/pages/device-form/field-schema.ts'
import { problemsFromServer, problemsOf } from '../../dashboard/pages/device-form/problems.ts'
import { propertyParameters } from '../suites/counts.ts'

const snmp = driverSettings.snmp as FieldSchema
const start = (drivers: DeviceDraft['drivers']): DeviceDraft => ({
  ...emptyDraft,
  name: ' Switch ',
  siteId: 's1',
  gatewayId: 'g1',
  kind: 'switch',
  address: '192.0.2.1',
  drivers,
})

describe('the form of a protocol', () => {
  it('starts with the defaults of its schema', () => {
    expect(startValues(snmp)).toEqual({ port: 161, timeoutMs: 2_000 })
  })

  it('asks for a community or for a user, as the version says', () => {
    const { community, user, auth, priv } = snmp.properties ?? {}
    const asked = (version: string) =>
      [community, user, auth, priv].map((field) => applies(field ?? {}, { version }))
    expect(asked('1')).toEqual([true, false, false, false])
    expect(asked('2c')).toEqual([true, false, false, false])
    expect(asked('3')).toEqual([false, true, true, true])
  })

  it('does not send what was typed for another version, nor what was left empty', () => {
    const values = {
      port: 161,
      version: '3',
      community: 'secret',
      user: 'ada',
      context: '',
      timeoutMs: 2_000,
    }
    expect(sentValues(snmp, values)).toEqual({ port: 161, version: '3', user: 'ada', timeoutMs: 2_000 })
  })

  it('never sends a field its schema does not have', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (values) => {
        const known = Object.keys(snmp.properties ?? {})
        expect(Object.keys(sentValues(snmp, values)).every((name) => known.includes(name))).toBe(true)
      }),
      propertyParameters(),
    )
  })
})

describe('a device that is filled in', () => {
  it('is sent as the server wants it, v2c, v3 and mqtt', () => {
    const v2c = { ...startValues(snmp), version: '2c', community: 'public' }
    const key = 'long enough'
    const v3 = {
      ...startValues(snmp),
      version: '3',
      user: 'ada',
      auth: { protocol: 'sha256', key },
      priv: { protocol: 'aes', key },
    }
    const mqtt = { ...startValues(driverSettings.mqtt as FieldSchema), topic: 'site/detector/1/#' }
    for (const drivers of [{ snmp: v2c }, { snmp: v3 }, { mqtt }, { snmp: v2c, mqtt }]) {
      const body = sentDevice(start(drivers as DeviceDraft['drivers']))
      expect(problemsOf(NewDevice, body)).toEqual({})
      expect(body.name).toBe('Switch')
    }
  })

  it('leaves out what the server knows better', () => {
    expect(sentDevice(start({}))).not.toHaveProperty('intervalS')
  })
})

describe('a device that does not fit', () => {
  it('says of each missing field that it is missing', () => {
    const problems = problemsOf(NewDevice, sentDevice(emptyDraft))
    for (const field of ['name', 'siteId', 'gatewayId', 'kind', 'address'])
      expect(problems[field]?.keyword).toBe('required')
    expect(problems.drivers?.keyword).toBe('minProperties')
  })

  it('says it of fields deep inside a protocol', () => {
    const drivers = { snmp: { port: 0, version: '3', auth: { protocol: 'md5' }, timeoutMs: 2_000 } }
    const problems = problemsOf(NewDevice, sentDevice(start(drivers)))
    expect(problems['drivers.snmp.port']).toMatchObject({ keyword: 'minimum', params: { limit: 1 } })
    expect(problems['drivers.snmp.auth.key']?.keyword).toBe('required')
  })

  it('may leave a stored secret out in a change', () => {
    const drivers = {
      snmp: { port: 161, version: '3', user: 'ada', auth: { protocol: 'md5' }, timeoutMs: 2_000 },
    }
    expect(problemsOf(DevicePatch, sentDevice(start(drivers)))).toEqual({})
  })

  it('shows the words of the server where only the server knows', () => {
    expect(problemsFromServer({ 'drivers.snmp.user': 'is missing' })).toEqual({
      'drivers.snmp.user': { keyword: 'server', params: {}, text: 'is missing' },
    })
  })
})

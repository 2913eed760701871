import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { GatewayConfig } from '@stillwatch/contract/device.ts'
import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { openSealed } from '../../../gateway/devices/open-sealed.ts'
import { gatewayConfig } from '../../../server/devices/gateway-config.ts'
import { devicesUnderTest } from './devices-under-test.ts'

test('a gateway gets its own devices in a fixed order, with settings only it can open', async () => {
  const api = await devicesUnderTest()
  const { records, masterKey, gatewayId, add, siteId } = api
  const { publicKey, privateKey } = generateKeyPairSync('x25519', {
    publicKeyEncoding: { format: 'der', type: 'spki' },
    privateKeyEncoding: { format: 'der', type: 'pkcs8' },
  })
  const { id: elsewhere } = await api.addGateway(siteId)
  const far = await add({ gatewayId: elsewhere })
  const top = await add({ kind: 'switch' })
  const camera = await add({
    name: 'Lobby',
    dependsOn: [far, top],
    drivers: { snmp: { version: '2c', community: 'hunter2' } },
  })
  await records.write((trx) =>
    trx
      .updateTable('gateway')
      .set({ public_key: publicKey.toString('base64') })
      .where('id', '=', gatewayId)
      .execute(),
  )

  const config = await gatewayConfig(records, masterKey, gatewayId)
  expect(Value.Check(GatewayConfig, config)).toBe(true)
  expect(config.configVersion).toEqual({ generation: 1, version: 3 })
  expect(config.devices.map((device) => device.id)).toEqual([top, camera])
  const lobby = config.devices[1]
  // What it depends on at another gateway this one cannot probe.
  expect(lobby).toMatchObject({ name: 'Lobby', intervalS: 20, silenceWindowS: 60, dependsOn: [top] })
  const key = createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' })
  expect(openSealed(lobby?.sealedDrivers ?? '', camera, key)).toEqual({
    snmp: { version: '2c', community: 'hunter2', port: 161, timeoutMs: 2_000 },
  })
  expect(JSON.stringify(config)).not.toContain('hunter2')
})

test('a gateway that has not enrolled, or does not exist, gets no list', async () => {
  const { records, masterKey, gatewayId } = await devicesUnderTest()
  await expect(gatewayConfig(records, masterKey, gatewayId)).rejects.toMatchObject({ code: 'conflict' })
  await expect(gatewayConfig(records, masterKey, 'nothing')).rejects.toMatchObject({ code: 'not_found' })
})

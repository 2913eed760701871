import type { SnmpSettings } from '@stillwatch/contract/drivers/snmp.ts'
import snmp, { type User } from 'net-snmp'

const authProtocols = {
  md5: snmp.AuthProtocols.md5,
  sha: snmp.AuthProtocols.sha,
  sha224: snmp.AuthProtocols.sha224,
  sha256: snmp.AuthProtocols.sha256,
  sha384: snmp.AuthProtocols.sha384,
  sha512: snmp.AuthProtocols.sha512,
} as const

const privProtocols = {
  des: snmp.PrivProtocols.des,
  aes: snmp.PrivProtocols.aes,
  aes256b: snmp.PrivProtocols.aes256b,
  aes256r: snmp.PrivProtocols.aes256r,
} as const

/** Why these settings can never be used for a question, or undefined when they can. */
export function cannotAsk(settings: SnmpSettings): string | undefined {
  if (settings.version !== '3') return undefined
  if (settings.user === undefined) return 'SNMPv3 needs a user name'
  if (settings.priv && !settings.auth) return 'SNMPv3 privacy needs an authentication key as well'
  if (settings.priv?.protocol === 'des') {
    return 'DES is not supported: set the device to AES, or leave privacy out'
  }
  return undefined
}

/** The SNMPv3 user of usable settings; of others a user without keys, good only to hear whether an agent is there. */
export function v3User(settings: SnmpSettings): User {
  const name = settings.user ?? 'stillwatch'
  if (!settings.auth || cannotAsk(settings) !== undefined) {
    return { name, level: snmp.SecurityLevel.noAuthNoPriv }
  }
  const auth = { authProtocol: authProtocols[settings.auth.protocol], authKey: settings.auth.key }
  if (!settings.priv) return { name, level: snmp.SecurityLevel.authNoPriv, ...auth }
  return {
    name,
    level: snmp.SecurityLevel.authPriv,
    ...auth,
    privProtocol: privProtocols[settings.priv.protocol],
    privKey: settings.priv.key,
  }
}

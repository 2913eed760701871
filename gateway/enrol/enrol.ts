import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'
import { EnrolmentAnswer } from '@stillwatch/contract/api/gateways.ts'
import type { Clock } from '@stillwatch/contract/time.ts'
import type { Logger } from 'pino'
import { Value } from 'typebox/value'
import { forgetDeviceList } from '../devices/cache.ts'
import { hashOf, type Identity, type Keys, keepIdentity, keysFor, readIdentity } from './identity.ts'
import { fetchPinned, type Trust, trustOptions } from './trust.ts'

export interface Enrolment {
  /** Base URL of the server. */
  server: string
  /** One-time code, with `.FINGERPRINT` behind it when the server's certificate is not publicly known. */
  code: string
}

/** The server understood and said no: trying again cannot help. */
export class EnrolmentRefused extends Error {
  override readonly name = 'EnrolmentRefused'
}

const TIMEOUT_MS = 15_000
const RETRY_MS = [1_000, 2_000, 5_000, 10_000, 30_000]
const MAX_ANSWER_BYTES = 64 * 1024

/**
 * Makes this data directory a gateway of that server. A directory already enrolled with the same code is left as it is. Tries until
 * the server answers; throws `EnrolmentRefused` when it says no.
 */
export async function enrol(
  options: { dataDir: string; software: string; clock: Clock; log: Logger },
  enrolment: Enrolment,
): Promise<Identity> {
  const { dataDir, software, clock, log } = options
  const known = readIdentity(dataDir)
  if (known && known.codeHash === hashOf(enrolment.code)) return known
  const keys = keysFor(dataDir, enrolment.code)
  for (let attempt = 0; ; attempt += 1) {
    try {
      const identity = await enrolOnce(enrolment, keys, software)
      // First: taken under its old version, the list would never be asked for again.
      forgetDeviceList(dataDir)
      keepIdentity(dataDir, identity)
      return identity
    } catch (error) {
      if (error instanceof EnrolmentRefused) throw error
      const reason = error instanceof Error ? error.message : String(error)
      log.warn({ server: enrolment.server, reason }, 'the server cannot be asked to enrol this gateway yet')
      await wait(clock, RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] ?? 0)
    }
  }
}

async function enrolOnce(enrolment: Enrolment, keys: Keys, software: string): Promise<Identity> {
  const [code = '', fingerprint] = enrolment.code.split('.')
  const url = new URL('/api/v1/enrolments', enrolment.server)
  const pinned = fingerprint ? await fetchPinned(url, fingerprint.toLowerCase()) : undefined
  const { secret, publicKey } = keys
  const answer = await post(url, pinned, { code, secretHash: hashOf(secret), publicKey, software })
  const { gatewayId, epoch, mqttUrl, now, caPem, applied } = answer
  const trust = caPem === undefined ? pinned : { ...pinned, caPem }
  const granted = { gatewayId, epoch, mqttUrl, enrolledAt: now }
  return { ...keys, ...granted, ...(trust && { trust }), ...(applied && { applied }) }
}

function post(url: URL, trust: Trust | undefined, message: object): Promise<EnrolmentAnswer> {
  const body = JSON.stringify(message)
  const options = {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    timeout: TIMEOUT_MS,
    agent: false as const,
  }
  return new Promise((resolve, reject) => {
    const request =
      url.protocol === 'https:'
        ? requestTls(url, { ...options, ...trustOptions(trust) })
        : requestPlain(url, options)
    request.on('error', reject)
    request.on('timeout', () => request.destroy(new Error('the server did not answer in time')))
    request.on('response', (response) => void readAnswer(response).then(resolve, reject))
    request.end(body)
  })
}

async function readAnswer(response: IncomingMessage): Promise<EnrolmentAnswer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response) {
    bytes += (chunk as Buffer).length
    if (bytes > MAX_ANSWER_BYTES) throw new Error('the answer of the server is too large')
    chunks.push(chunk as Buffer)
  }
  const status = response.statusCode ?? 0
  const answer = parse(Buffer.concat(chunks).toString('utf8'))
  if (status >= 400 && status < 500 && status !== 429 && status !== 408)
    throw new EnrolmentRefused(
      `the server refused the enrolment: ${sentenceOf(answer) ?? `status ${status}`}`,
    )
  if (status !== 201 && status !== 200) throw new Error(`the server answered with status ${status}`)
  if (!Value.Check(EnrolmentAnswer, answer))
    throw new Error('the answer of the server does not fit its schema')
  return answer
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const sentenceOf = (answer: unknown): string | undefined =>
  typeof answer === 'object' && answer !== null && 'message' in answer && typeof answer.message === 'string'
    ? answer.message
    : undefined

const wait = (clock: Clock, ms: number): Promise<void> => new Promise((resolve) => clock.timer(ms, resolve))

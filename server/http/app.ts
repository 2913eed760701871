import cookie from '@fastify/cookie'
import helmet, { type FastifyHelmetOptions } from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { StillwatchError } from '@stillwatch/contract/errors.ts'
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify'
import type { App } from './app-type.ts'
import { serveDashboard } from './dashboard.ts'
import { answerError, answerNotFound, newRequestId } from './errors.ts'
import { checkRoute } from './route-rules.ts'
import { validatorCompiler } from './validation.ts'

export interface HttpDeps {
  log: FastifyBaseLogger
  /** Of the program, for the API description. */
  version: string
  /** PEM. With it the server speaks https. */
  tls?: { cert: string; key: string }
  /** Browsers reach us by https, through our own TLS or that of a proxy in front. */
  secure: boolean
  /** The built dashboard; may be missing. */
  dashboardDir: string
  /** Per client address. Generous: it stops a runaway script, not a person. */
  requestsPerMinute?: number
  /** Puts in front of every route what finds out who asks, and refuses who may not. */
  guard(app: App): void
}

const BODY_LIMIT_BYTES = 1024 * 1024
export const IMPORT_BODY_LIMIT_BYTES = 4 * BODY_LIMIT_BYTES

/** The HTTP side without any route of the API: rooms add theirs to what this returns, before it listens. */
export async function buildHttp(deps: HttpDeps): Promise<App> {
  const app = bareApp(deps)
  app.addHook('onRoute', checkRoute)
  await app.register(cookie)
  await app.register(helmet, securityHeaders(deps.secure))
  await app.register(rateLimit, {
    max: deps.requestsPerMinute ?? 3_000,
    timeWindow: '1 minute',
    errorResponseBuilder: (_request, { ttl }) =>
      new StillwatchError('too_many_requests', undefined, { retryAfterS: Math.ceil(ttl / 1_000) }),
  })
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Stillwatch', version: deps.version },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
  })
  deps.guard(app)
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id)
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store')
  })
  app.addHook('onResponse', async (request, reply) => {
    const { method, url } = request
    request.log.debug(
      { method, url, status: reply.statusCode, tookMs: reply.elapsedTime },
      'Request answered.',
    )
  })
  app.setErrorHandler(answerError)
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, answerNotFound)
  await serveDashboard(app, deps.dashboardDir)
  return app
}

function bareApp(deps: HttpDeps): App {
  const app = Fastify({
    // Typed by Fastify as another kind of instance; everything but the socket below is the same.
    ...((deps.tls ? { https: deps.tls } : {}) as object),
    loggerInstance: deps.log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: newRequestId,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 60_000,
    // A proxy on this machine may say for whom it asks; nobody else may.
    trustProxy: 'loopback',
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  return app
}

/** The dashboard brings everything itself: nothing is loaded from, sent to, or framed by another host. */
function securityHeaders(secure: boolean): FastifyHelmetOptions {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        // Mantine writes style elements as it renders.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: secure,
    // Browsers ignore these on plain http and complain about it on the console.
    crossOriginOpenerPolicy: secure,
    originAgentCluster: secure,
  }
}

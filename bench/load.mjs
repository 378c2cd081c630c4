// Load over HTTP, and what it measured.
//
// Every client is one connection that is kept open and asks again as soon as it
// is answered.  Clients, PostgREST and PostgreSQL share the processors.

import { Agent, request } from 'node:http'

// QUICK=1 shows that the bench works; its ratios are too short to be believed.
export const QUICK = Boolean(process.env.QUICK)
const ROUNDS = QUICK ? 2 : 24
const SECONDS = QUICK ? 1 : 1.5

const progress = (text) => process.stderr.write(`  ${text}\n`)

export class Connection {
  constructor(url) {
    this.url = url
    this.agent = new Agent({ keepAlive: true, maxSockets: 1 })
  }

  // The answer to one request; status 0 if there was none. retryAfter is in seconds.
  send(method, path, { token, body, headers = {} } = {}) {
    const content = body === undefined ? undefined : JSON.stringify(body)
    return new Promise((resolve) => {
      const sent = request(this.url + path, {
        method,
        agent: this.agent,
        headers: {
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(content === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) }),
          ...headers,
        },
      }, (answer) => {
        const chunks = []
        answer.on('data', (chunk) => chunks.push(chunk))
        answer.on('end', () => resolve({
          status: answer.statusCode,
          text: Buffer.concat(chunks).toString(),
          retryAfter: Number(answer.headers['retry-after'] ?? 0),
        }))
        answer.on('error', (error) => resolve({ status: 0, text: error.message }))
      })
      sent.on('error', (error) => resolve({ status: 0, text: error.message }))
      sent.end(content)
    })
  }

  get(path, token) {
    return this.send('GET', path, { token })
  }

  call(name, body, options = {}) {
    return this.send('POST', `/rpc/${name}`, { ...options, body })
  }

  close() {
    this.agent.destroy()
  }
}

// Let so many clients ask until it is over; ask(connection, client) sends one request.
export async function load(url, clients, ask, isOver = after(SECONDS)) {
  const times = []
  const statuses = {}
  const start = performance.now()
  const startOfUse = process.cpuUsage()
  const client = async (number) => {
    const connection = new Connection(url)
    while (!isOver()) {
      const asked = performance.now()
      const { status } = await ask(connection, number)
      times.push(performance.now() - asked)
      statuses[status] = (statuses[status] ?? 0) + 1
    }
    connection.close()
  }
  await Promise.all(Array.from({ length: clients }, (_, number) => client(number)))
  const { user, system } = process.cpuUsage(startOfUse)
  const seconds = (performance.now() - start) / 1000
  return { times, statuses, seconds, clientLoad: (user + system) / 1e6 / seconds }
}

export function after(seconds) {
  const end = performance.now() + seconds * 1000
  return () => performance.now() > end
}

// Measure one thing and the other in turn, and every other round the other way
// round, so that what else happens on the machine happens to both.  The first
// round warms up and is not counted.
export async function alternate(measurements, rounds = ROUNDS) {
  const results = Object.fromEntries(Object.keys(measurements).map((name) => [name, []]))
  const inTurn = Object.entries(measurements)
  for (let round = 0; round <= rounds; round++, inTurn.reverse())
    for (const [name, measure] of inTurn) {
      const result = await measure()
      if (round > 0) results[name].push(result)
      progress(`${round === 0 ? 'warm-up' : `round ${round} of ${rounds}`}, ${name}: ${describe(result)}`)
    }
  return results
}

export function describe(result) {
  if (typeof result === 'number') return result.toPrecision(4)
  const statuses = Object.entries(result.statuses).map(([status, count]) => `${count} × ${status}`).join(', ')
  return `${(result.times.length / result.seconds).toFixed(0)}/s, p50 ${ms(percentile([result], 0.5))}, p99 ${ms(percentile([result], 0.99))} (${statuses}); clients ${Math.round(result.clientLoad * 100)} % CPU`
}

export const ms = (time) => `${time >= 100 ? Math.round(time) : time.toPrecision(3)} ms`

// What was answered as it should have been, per second.
export const rate = ({ statuses, seconds }) => (statuses[200] ?? 0) / seconds

// Of the times of all rounds together.
export function percentile(results, share) {
  const times = results.flatMap((result) => result.times).sort((a, b) => a - b)
  return times[Math.min(Math.floor(times.length * share), times.length - 1)]
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

// Of a rate over the one next to it.
export const medianRatio = (numerators, denominators) =>
  median(numerators.map((numerator, round) => numerator / denominators[round]))

// How much of one thing is done in the time of the other: the end of a line of the table.
export function throughput(results, others) {
  const [rates, otherRates] = [results.map(rate), others.map(rate)]
  return {
    value: medianRatio(rates, otherRates),
    numbers: `${Math.round(median(rates))} to ${Math.round(median(otherRates))} per second`,
  }
}

// "12.3/s 200, 4.5/s 429"
export function ratesByStatus(results) {
  const seconds = results.reduce((total, result) => total + result.seconds, 0)
  const counts = {}
  for (const { statuses } of results)
    for (const [status, count] of Object.entries(statuses)) counts[status] = (counts[status] ?? 0) + count
  return Object.entries(counts).map(([status, count]) => `${(count / seconds).toFixed(1)}/s ${status}`).join(', ')
}

// What is not answered is quickly not answered: such a round measures nothing.
export function requireOnly200(results) {
  for (const [name, rounds] of Object.entries(results))
    for (const { statuses } of rounds)
      if (Object.keys(statuses).some((status) => status !== '200')) throw new Error(`${name} was answered by ${JSON.stringify(statuses)}`)
}

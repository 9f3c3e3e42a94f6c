// Figures that change while the page is open. The page is right without it; this only spares a reload.
// body[data-live-url]: ws(s):// origin, "" for the page's own. [data-live-topic="round:5"][data-live-seq="12"]: a topic and
// the position of what the page shows. Inside it [data-live-field="turnout"] takes payload.turnout as text, and
// [data-live-if="closed"] is shown once payload.closed is true. Nothing inside a form is ever touched.
// Socket: {"do":"join","topics":[{topic, since}]} -> {topic, seq, payload}. On a gap, and after three failed sockets
// instead of them: GET /live/?topic=…&since=N -> {"frames":[{topic, seq, payload}]} (a bare list is understood too).
const FIRST = 1000
const LONGEST = 60_000
const POLL = 15_000

export function startLive (places) {
  const seen = new Map()
  for (const place of places) {
    const { liveTopic: topic, liveSeq } = place.dataset
    seen.set(topic, Math.max(seen.get(topic) ?? 0, Number(liveSeq) || 0))
  }
  const numbers = new Intl.NumberFormat(document.documentElement.lang)
  let failures = 0

  const apply = ({ topic, seq, payload }) => {
    if (!seen.has(topic) || seq <= seen.get(topic)) return
    seen.set(topic, seq)
    for (const place of places) {
      if (place.dataset.liveTopic !== topic || place.closest('form')) continue
      for (const field of place.querySelectorAll('[data-live-field]')) {
        const value = payload[field.dataset.liveField]
        const text = typeof value === 'number' ? numbers.format(value) : value
        if (typeof text === 'string' && !field.closest('form') && field.textContent !== text) field.textContent = text
      }
      for (const part of place.querySelectorAll('[data-live-if]')) {
        if (part.dataset.liveIf in payload) part.hidden = !payload[part.dataset.liveIf]
      }
    }
  }
  const catchUp = async (topic) => {
    const answer = await fetch(`/live/?${new URLSearchParams({ topic, since: seen.get(topic) })}`, { headers: { Accept: 'application/json' } })
    if (!answer.ok) return
    const body = await answer.json()
    for (const frame of Array.isArray(body) ? body : body.frames) apply(frame)
  }
  const catchUpAll = () => Promise.allSettled([...seen.keys()].map(catchUp))
  // Full jitter: a thousand pages that lost the same server do not come back in the same second.
  const backOff = () => Math.random() * Math.min(LONGEST, FIRST * 2 ** failures)

  const connect = () => {
    const origin = document.body.dataset.liveUrl || location.origin.replace(/^http/, 'ws')
    const socket = new WebSocket(`${origin.replace(/\/$/, '')}/ws/`)
    socket.addEventListener('open', () => {
      failures = 0
      socket.send(JSON.stringify({ do: 'join', topics: [...seen].map(([topic, since]) => ({ topic, since })) }))
    })
    socket.addEventListener('message', ({ data }) => {
      const frame = JSON.parse(data)
      // The server counts what it sent and we have not acknowledged; who never answers is closed.
      if (frame.ping) return socket.send(JSON.stringify({ do: 'pong', ping: frame.ping }))
      if (!seen.has(frame.topic) || typeof frame.seq !== 'number') return
      if (seen.get(frame.topic) && frame.seq > seen.get(frame.topic) + 1) catchUp(frame.topic).catch(() => {}).then(() => apply(frame))
      else apply(frame)
    })
    socket.addEventListener('close', () => {
      failures += 1
      setTimeout(failures < 3 ? connect : poll, backOff())
    })
  }
  const poll = async () => {
    if (!document.hidden) await catchUpAll()
    // A socket is tried again now and then: the proxy that ate it may be gone.
    if (Math.random() < 0.1) connect()
    else setTimeout(poll, POLL * (0.5 + Math.random()))
  }
  connect()
}

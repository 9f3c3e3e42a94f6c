// The money chosen in a budget ballot, kept current while one ticks. Without it the server says the same on sending.
// [data-basket][data-budget][data-decimals] around checkboxes with data-cost; amounts in minor units. data-nothing is how the
// server writes no money at all, so that both write the currency alike.
export function startBasket (basket) {
  const chosen = basket.querySelector('[data-basket-chosen]')
  const over = basket.querySelector('[data-basket-over]')
  const { lang } = document.documentElement
  const digits = Number(basket.dataset.decimals)
  const money = (minor) => {
    const amount = minor / 10 ** digits
    const decimals = Number.isInteger(amount) ? 0 : digits
    const figure = new Intl.NumberFormat(lang, { minimumFractionDigits: decimals, maximumFractionDigits: decimals, useGrouping: true }).format(amount)
    return basket.dataset.nothing.replace('0', figure)
  }
  const update = () => {
    const sum = [...basket.querySelectorAll('[data-cost]:checked')].reduce((total, box) => total + Number(box.dataset.cost), 0)
    chosen.textContent = money(sum)
    over.hidden = sum <= Number(basket.dataset.budget)
  }
  basket.addEventListener('change', update)
  // A browser that restores ticks after "back" does so without an event.
  window.addEventListener('pageshow', update)
}

// Looks at pages as assistive technology does: node axe.mjs CHROMIUM PAGE.html... Light and dark, wide and 390 pixels; no violation may
// be serious or critical. The page's Content-Security-Policy lets no script in: the browser is told to let this one pass.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const [chromium, ...files] = process.argv.slice(2);
const browser = await puppeteer.launch({ executablePath: chromium, headless: true, args: ["--no-sandbox", "--disable-gpu"] });
let bad = 0;
let looks = 0;

/* Words of drawings that lie over each other, stand beyond the figure or are smaller than so many pixels. */
const drawn = (least) => [...document.querySelectorAll("figure > svg")].flatMap((svg) => {
  const figure = svg.parentElement.getBoundingClientRect();
  const texts = [...svg.querySelectorAll("text")].map((e) => ({ e, box: e.getBoundingClientRect() })).filter((t) => t.box.width > 0);
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3;
  return texts.flatMap((t, i) => [
    ...(t.box.left < figure.left - 2 || t.box.right > figure.right + 2 ? [`${t.e.textContent}: beyond the figure`] : []),
    ...(parseFloat(getComputedStyle(t.e).fontSize) * Math.hypot(t.e.getScreenCTM().a, t.e.getScreenCTM().b) < least - 0.01 ? [`${t.e.textContent}: small`] : []),
    ...texts.slice(i + 1).filter((other) => over(t.box, other.box)).map((other) => `${t.e.textContent}: over ${other.e.textContent}`),
  ]);
});
for (const file of files) {
  for (const scheme of ["light", "dark"]) {
    for (const width of [1280, 390]) {
      const page = await browser.newPage();
      const asked = [];
      page.on("request", (request) => asked.push(request.url()));
      page.on("console", (message) => asked.push(`console: ${message.text()}`));
      await page.setBypassCSP(true);
      await page.setViewport({ width, height: 900 });
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      await page.goto(pathToFileURL(file).href);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      await page.evaluate(source);
      const { violations, passes } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations", "passes"] }));
      looks++;
      const where = `${file} ${scheme} ${width}`;
      if (passes.length < 10) bad++, console.error(`${where}: only ${passes.length} rules had anything to look at`);
      const tables = await page.evaluate(() => [...document.querySelectorAll(".scroll")].filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.getAttribute("aria-label")));
      if (width === 1280 && tables.length) bad++, console.error(`${where}: wider than a laptop's screen: ${tables}`);
      const lead = tables.filter((name) => name === "Table (table 1)" && file.includes("leadership"));
      if (lead.length) bad++, console.error(`${where}: what is open and what took longest must be scrolled to`);
      const odd = await page.evaluate(drawn, 11);
      if (odd.length) bad++, console.error(`${where}: ${odd.length} words of drawings, first: ${odd[0]}`);
      if (wide > 0) bad++, console.error(`${where}: the page itself scrolls sideways by ${wide} pixels`);
      if (asked.length !== 1) bad++, console.error(`${where}: asks for ${asked.slice(1)}`);
      for (const rule of violations) {
        const serious = ["serious", "critical"].includes(rule.impact);
        if (serious) bad++;
        console.error(`${where}: ${rule.impact}: ${rule.id}: ${rule.help} (${rule.nodes.length}, first ${rule.nodes[0].target})`);
      }
      if (scheme === "light" && width === 1280) {
        await page.emulateMediaType("print");
        const small = await page.evaluate(() => [...document.querySelectorAll("body *")].filter((e) => !e.closest("sup") && e.offsetParent &&
          [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) && parseFloat(getComputedStyle(e).fontSize) < 10).map((e) => e.textContent.slice(0, 30)));
        await page.setViewport({ width: 718, height: 1000 }); // what A4 has between its margins
        const odd = await page.evaluate(drawn, 10);
        if (odd.length) bad++, console.error(`${where}: on paper ${odd.length} words of drawings, first: ${odd[0]}`);
        if (small.length) bad++, console.error(`${where}: ${small.length} texts under 7.5 points on paper, first: ${small[0]}`);
      }
      await page.close();
    }
  }
}
await browser.close();
console.log(`${looks} looks, ${bad} things that must not be`);
process.exit(looks === 0 || bad ? 1 : 0);

// Appended to a report by html_browser.sh: does what a reader does and logs one line, SELFTEST and a JSON object of what was seen.
"use strict";
(() => {
    const results = {errors: []};
    const byId = (id) => document.getElementById(id);
    const check = (good, what) => {
        results.checks = (results.checks || 0) + 1;
        if (!good) {
            results.errors.push(what);
        }
    };
    addEventListener("error", (event) => results.errors.push("error: " + event.message));
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

    // From the input to the laid-out rows, the wait for the frame included: the quickest of some repeats, because other programs run, too.
    async function filtered(change) {
        let least = Infinity;
        change();
        for (let i = 0; i < 6; i++) {
            const start = performance.now();
            byId("filters").dispatchEvent(new Event("input", {bubbles: true}));
            await frame();
            byId("matrix").getBoundingClientRect();
            least = Math.min(least, performance.now() - start);
        }
        return least;
    }
    const count = () => Number(byId("matrix-status").textContent.split(" ")[0]);
    const rows = () => Array.from(byId("matrix").tBodies[0].rows);

    async function testFilters(data) {
        const all = count();
        check(all === data.verdicts.length, "all verdicts are counted without a filter");
        const times = [];
        const name = data.strings[data.forms[data.verdicts[data.verdicts.length - 1][0]][1]];
        times.push(await filtered(() => { byId("filter-text").value = name.toUpperCase(); }));
        check(count() > 0 && (count() < all || all === 1), "the text filter finds " + name + " and not everything");
        times.push(await filtered(() => { byId("filter-text").value = "no such form at all"; }));
        check(count() === 0 && rows().length === 0, "nothing fits a text that is nowhere");
        byId("filter-text").value = "";
        for (let c = 0; c < data.classes.length; c++) {
            times.push(await filtered(() => { byId("filter-class").value = String(c); }));
            check(count() === data.verdicts.filter((v) => v[2] === c).length, "class " + data.classes[c] + " counts " + count());
            check(rows().every((r) => r.cells[2].textContent === data.classes[c]), "rows of class " + data.classes[c]);
        }
        byId("filter-class").value = "";
        times.push(await filtered(() => { byId("filter-mode").value = "0"; }));
        check(count() === data.verdicts.filter((v) => v[1] === 0).length, "the first mode counts " + count());
        byId("filter-mode").value = "";
        times.push(await filtered(() => { byId("filter-hole").checked = true; }));
        check(count() === data.verdicts.filter((v) => (v[3] >> 10 & 3) === 1).length, "holes count " + count());
        byId("filter-hole").checked = false;
        if (data.evidence !== undefined) {
            for (const [question, state] of [["", "0"], ["0", "1"], ["1", "2"]]) {
                times.push(await filtered(() => { byId("filter-question").value = question; byId("filter-state").value = state; }));
                const right = data.states.map((s) => question === "" ? s.includes(state) : s[question] === state);
                check(count() === data.evidence.filter((row) => right[row[0]]).length, "state " + state + " of question " + question);
            }
            byId("filter-question").value = "";
            byId("filter-state").value = "";
        }
        times.push(await filtered(() => {}));
        results.filter = Math.max(...times);
    }

    async function testPanel(data) {
        const button = byId("matrix").querySelector("button[data-verdict]");
        button.focus();
        check(document.activeElement === button, "a row can have the focus");
        button.click();
        await later(100);
        const dialog = byId("details");
        check(dialog.open && dialog.contains(document.activeElement), "the panel opens and has the focus");
        check(dialog.querySelector("pre").textContent.length > 0, "the panel shows the semantics");
        const v = data.verdicts[Number(button.dataset.verdict)];
        const panel = JSON.parse(byId("panel-data").textContent);
        check(dialog.textContent.includes(panel.strings[v[4]]), "the panel says why");
        check((dialog.querySelector("table.evidence") !== null) === (data.evidence !== undefined), "the panel shows the evidence that there is");
        if (data.evidence !== undefined) {
            const cells = panel.cells[data.evidence[Number(button.dataset.verdict)][1]];
            check(dialog.querySelectorAll("table.evidence tr").length === data.columns.length && dialog.textContent.includes(panel.strings[cells[0]]),
                "the panel has every question");
        }
        check((dialog.querySelector("table.witness") !== null) === (v[5] >= 0), "the panel shows the witness that there is");
        testContrast("panel");
        const before = location.hash;
        dialog.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight", bubbles: true}));
        await later(100);
        check(location.hash !== before || data.verdicts.length === 1, "the right arrow goes to the next form");
        dialog.close();
        await later(50);
        check(!dialog.open, "the panel closes");
    }

    // ---- contrast ----------------------------------------------------------------------------------------------------------------

    const channels = (colour) => (colour.match(/[\d.]+/g) || []).map(Number);
    const linear = (c) => c <= 0.03928 * 255 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4;
    const luminance = (c) => 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
    function ground(e) {
        for (let at = e; at !== null; at = at.parentElement) {
            const c = channels(getComputedStyle(at).backgroundColor);
            if (c.length === 3 || c[3] === 1) {
                return c;
            }
        }
        return [255, 255, 255];
    }

    function testContrast(where) {
        for (const theme of ["light", "dark"]) {
            document.documentElement.dataset.theme = theme;
            const scope = byId("details").open ? byId("details") : document.body;
            for (const e of scope.querySelectorAll("*")) {
                const own = Array.from(e.childNodes).some((n) => n.nodeType === 3 && n.textContent.trim() !== "");
                if (!own || e.getClientRects().length === 0 || e.closest("script, style, .skip")) {
                    continue;
                }
                const [a, b] = [luminance(channels(getComputedStyle(e).color)), luminance(ground(e))];
                const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
                results.contrast = Math.min(results.contrast || 21, ratio);
                if (ratio < 4.5) {
                    check(false, where + ", " + theme + ": contrast " + ratio.toFixed(2) + " of " + e.tagName + "." + e.className);
                }
            }
            check(true, "contrast");
        }
        delete document.documentElement.dataset.theme;
    }

    async function testTabs(data) {
        const tabs = Array.from(document.querySelectorAll('[role="tab"]'));
        check(tabs.filter((t) => t.tabIndex === 0).length === 1, "one tab is in the order of the keyboard");
        for (const tab of tabs) {
            const panel = byId(tab.getAttribute("aria-controls"));
            check(!panel.hidden && tab.getAttribute("aria-selected") === "true", "tab " + tab.id + " is open");
            testContrast(tab.id);
            tab.focus();
            tab.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight", bubbles: true}));
            await frame();
        }
        tabs[1].click();
        const numbers = Array.from(byId("panel-heat").querySelectorAll("td button"), (b) => Number(b.textContent));
        check(numbers.reduce((a, b) => a + b, 0) === data.verdicts.length, "the numbers of the heat map add up");
        const first = byId("panel-heat").querySelector("td button");
        first.click();
        check(!byId("panel-matrix").hidden && count() === Number(first.textContent), "a number of the heat map leads to its forms");
        tabs[0].click();
        byId("filters").reset();
        await later(50);
    }

    async function run() {
        for (let i = 0; i < 600 && document.documentElement.dataset.ready === undefined; i++) {
            await later(50);
        }
        check(document.documentElement.dataset.ready === "true", "the page becomes ready");
        const data = JSON.parse(byId("data").textContent);
        for (let i = 0; i < 100 && performance.getEntriesByName("first-contentful-paint").length === 0; i++) {
            await later(20); // it is reported after it was done
        }
        const paint = performance.getEntriesByName("first-contentful-paint")[0];
        results.paint = paint === undefined ? 1e6 : paint.startTime;
        check(document.scripts.length === 4, "there are four scripts: the data of matrix and panel, the page's and this one");
        check(document.querySelector("img, iframe, object, link[rel=stylesheet]") === null, "nothing is loaded");
        await testFilters(data);
        await testPanel(data);
        await testTabs(data);
    }
    run().catch((e) => results.errors.push(String(e))).then(() => console.log("SELFTEST " + JSON.stringify(results)));
})();

"""The pages as people meet them: in a browser, with the keyboard, on a narrow screen, in both languages, with axe's eyes.

Every check is a line; the last line counts them. Screenshots are named after what they show.
"""

import argparse
import contextlib
import os
import shutil
import sys
import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

MESSAGES = "/PjakTassWCFtService/2/CitizenMessageService.svc"
SERVICES = [
    MESSAGES,
    "/PjakTassWCFtService/2/JobnetCitizenMessageService.svc",
    "/PjakTassWCFtService/5/CodeListService.svc",
    "/PjakTassWCFtService/3/WsrmService.svc",
    "/PjakTassWCFtService/10/WsrmMessageService.svc",
]
PAGES = {"home": "/", "messages": MESSAGES, "code-lists": "/code-lists"}
WIDE, NARROW = (1360, 900), (360, 740)

counts = {"passed": 0, "failed": 0}


def main():
    parser = argparse.ArgumentParser()
    for name in ("url", "production", "axe", "screenshots"):
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()
    with browser() as driver:
        house = House(driver, options)
        for walk in (every_page, languages, keyboard, narrow, copying, trying, code_lists, without_forms, dark, on_paper):
            with told(walk.__name__.replace("_", " ")):
                walk(house)
    with browser(scripts=False) as driver, told("without scripts"):
        without_scripts(House(driver, options))
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    return 1 if counts["failed"] else 0


@contextlib.contextmanager
def browser(scripts=True):
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    profile = tempfile.mkdtemp()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                     "--force-device-scale-factor=1", "--accept-lang=da-DK,da", f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    if not scripts:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
    driver.set_page_load_timeout(240)
    driver.set_script_timeout(240)
    try:
        yield driver
    finally:
        driver.quit()
        shutil.rmtree(profile, ignore_errors=True)


@contextlib.contextmanager
def told(name):
    print(f"== {name}", flush=True)
    try:
        yield
    except Exception as error:
        check(False, f"{name} came to its end: {type(error).__name__}: {str(error).splitlines()[0]}")


def check(holds, sentence):
    counts["passed" if holds else "failed"] += 1
    print(f"{'ok  ' if holds else 'FAIL'} {sentence}", flush=True)
    return bool(holds)


class House:
    """A browser before the server."""

    def __init__(self, driver, options):
        self.driver, self.options = driver, options
        with open(options.axe, encoding="utf-8") as file:
            self.axe = file.read()

    def size(self, size):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                    {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False})

    def open(self, path, size=WIDE, base=None):
        self.size(size)
        self.driver.get((base or self.options.url) + path)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def shot(self, name):
        self.driver.save_screenshot(os.path.join(self.options.screenshots, name + ".png"))

    def press(self, *keys):
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def focused(self):
        return self.driver.switch_to.active_element

    def complaints(self):
        """What the console says against the page: a breach of the policy, something not found."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]

    def violations(self):
        self.script(self.axe)
        found = self.driver.execute_async_script(
            "const done = arguments[0]; axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
            ".then(result => done(result.violations.map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(', '))))")
        return found


def every_page(house):
    for path in ["/", *SERVICES, "/code-lists"]:
        house.open(path + "?lang=en")
        check(len(house.all("main h1")) == 1, f"{path} has one h1 in main")
        landmarks = [len(house.all(selector)) for selector in ("body > header", "main", "body > footer", "header nav[aria-label]")]
        check(landmarks == [1, 1, 1, 1], f"{path} has its landmarks")
        check(not (found := house.violations()), f"{path} has nothing axe complains about {found}")
        check(not (found := house.complaints()), f"{path} leaves the console silent {found}")
        origins = house.script("return [...new Set(performance.getEntriesByType('resource').map(entry => new URL(entry.name).origin))]")
        check(origins in ([], [house.options.url]), f"{path} loads nothing from elsewhere {origins}")
    for name, path in PAGES.items():
        house.open(path + "?lang=en")
        house.shot(f"{name}-en")
    house.open(MESSAGES + "?lang=en#CreateMessage")
    house.shot("operation-en")
    house.open(MESSAGES + "?lang=en")
    house.script("document.querySelector('[aria-labelledby=CreateMessage] table.faults').scrollIntoView()")
    house.shot("faults-en")
    house.open(MESSAGES + "?lang=en#types")
    house.shot("types-en")


def languages(house):
    for name, path in PAGES.items():
        house.open(path + "?lang=da")
        check(house.one("html").get_attribute("lang") == "da", f"{name} is Danish")
        house.shot(f"{name}-da")
        danish = house.one("main").text
        house.one("a.language").click()
        WebDriverWait(house.driver, 10).until(lambda driver: "lang=en" in driver.current_url)
        check(house.one("html").get_attribute("lang") == "en", f"the switch of {name} leads to English")
        check(house.one("main").text != danish, f"{name} reads otherwise in English")
    house.open("/")
    check(house.one("html").get_attribute("lang") == "da", "a Danish browser is shown Danish")


def keyboard(house):
    house.open(MESSAGES + "?lang=en")
    house.press(Keys.TAB)
    skip = house.focused()
    check("skip" in skip.get_attribute("class") and skip.rect["y"] >= 0, "the first stop is the skip link, and it shows")
    house.shot("skip-link")
    house.press(Keys.ENTER)
    check(house.focused().get_attribute("id") == "main", "it leads to the content")
    house.press(Keys.TAB)
    check(house.script("return document.querySelector('main').contains(document.activeElement)"), "the next stop is in the content")
    house.open(MESSAGES + "?lang=en")
    stops, last, visible = [], None, True
    for _ in range(40):
        house.press(Keys.TAB)
        focused = house.focused()
        if focused == last:
            break
        last = focused
        stops.append(focused)
        visible = visible and house.script(
            "const s = getComputedStyle(arguments[0]); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2", focused)
    check(visible, "every stop shows that it has the focus")
    order = house.script(
        "return arguments[0].every((e, i, all) => i === 0 || all[i - 1].compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING)", stops)
    check(order and len(stops) == 40, "the focus goes in the order of the page")
    box = house.one("[aria-labelledby=CreateMessage] .scroll")
    house.size((700, 800))
    house.script("arguments[0].focus()", box)
    house.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    WebDriverWait(house.driver, 10).until(lambda _: house.script("return arguments[0].scrollLeft > 0", box))
    check(True, "a wide table scrolls by keyboard")


def narrow(house):
    for name, path in {**PAGES, "queue": SERVICES[3]}.items():
        for language in ("da", "en"):
            house.open(f"{path}?lang={language}", NARROW)
            width = house.script("return document.documentElement.scrollWidth")
            check(width <= NARROW[0], f"{name} ({language}) does not scroll sideways at {NARROW[0]} pixels: {width}")
        house.shot(f"{name}-narrow")
    check(not (found := house.violations()), f"axe has nothing against a narrow page {found}")
    house.open(MESSAGES + "?lang=en#CreateMessage", NARROW)
    house.shot("operation-narrow")
    box = house.one("[aria-labelledby=CreateMessage] .scroll")
    check(house.script("return arguments[0].scrollWidth > arguments[0].clientWidth", box), "a table scrolls in its own box")
    house.script("arguments[0].open = true; arguments[0].scrollIntoView()", house.one("details.try"))
    check(house.script("return document.documentElement.scrollWidth") <= NARROW[0], "nor with an open form")
    house.shot("try-narrow")


def copying(house):
    house.driver.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]})
    house.open(MESSAGES + "?lang=en")
    button = house.one("button[data-copies=CreateMessage-request]")
    check(button.is_displayed(), "a sample has a button to copy it")
    house.script("arguments[0].focus()", button)
    house.press(Keys.ENTER)
    WebDriverWait(house.driver, 10).until(lambda _: button.text == "Copied")
    check(house.one("#announcement").get_attribute("textContent") == "Copied", "that it is copied is announced")
    text = house.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
    check(text.startswith("<?xml") and "<cms:CreateMessageRequest>" in text and "span" not in text, "what is copied is the envelope")


def trying(house):
    house.open(MESSAGES + "?lang=da")
    form = house.one("[aria-labelledby=CreateMessage] details.try")
    check(form.is_displayed(), "an operation can be tried")
    summary = form.find_element(By.CSS_SELECTOR, "summary")
    house.script("arguments[0].focus()", summary)
    house.press(Keys.ENTER, Keys.TAB)
    field = house.focused()
    check(field.tag_name == "textarea", "the keyboard opens the form and comes to the envelope")
    house.press(Keys.TAB, Keys.ENTER)
    outcome = form.find_element(By.CSS_SELECTOR, ".outcome")
    answer = form.find_element(By.CSS_SELECTOR, ".answer code")
    WebDriverWait(house.driver, 30).until(lambda _: outcome.text.startswith("HTTP"))
    check(outcome.text.startswith("HTTP 200"), f"the sample is answered: {outcome.text}")
    check("\n      <rcpt:MessageIdentifier>" in answer.get_attribute("textContent") or "ServiceReceipt" in answer.text, "the answer is shown")
    check(len(answer.text.splitlines()) > 5, "with a line for each element")
    house.script("arguments[0].scrollIntoView({block: 'end'})", form)
    house.shot("try-answer")
    house.script("arguments[0].value = arguments[0].value.replaceAll('1503850002', '1503850002x')", field)
    form.find_element(By.CSS_SELECTOR, "[type=submit]").click()
    WebDriverWait(house.driver, 30).until(lambda _: outcome.text.startswith("HTTP 500"))
    check("1001" in answer.get_attribute("textContent"), "a fault is shown as an answer")
    house.script("arguments[0].scrollIntoView({block: 'end'})", form)
    house.shot("try-fault")
    check(not (found := house.violations()), f"axe has nothing against the form {found}")
    form.find_element(By.CSS_SELECTOR, "[type=reset]").click()
    check("1503850002x" not in field.get_attribute("value") and not outcome.is_displayed(), "reset brings the sample back")
    # What the console says of HTTP 500 is the browser's own.
    check(not (found := [line for line in house.complaints() if "500" not in line]), f"the policy allows the call {found}")


def code_lists(house):
    house.open("/code-lists?lang=en")
    every = len(house.all("table.values tbody tr"))
    check(every > 50, f"the code lists are shown: {every} values")
    labels = house.script("return [...document.querySelectorAll('.filter input:not([type=hidden]), .filter select')].every(e => e.labels.length === 1)")
    check(labels, "every field has its label")
    field = house.one("#on")
    house.script("arguments[0].value = '2014-11-02'", field)
    house.one("#source").send_keys("STAR only")
    house.one(".filter [type=submit]").click()
    WebDriverWait(house.driver, 10).until(lambda driver: "on=2014-11-02" in driver.current_url)
    some = len(house.all("table.values tbody tr"))
    check(0 < some < every, f"fewer values were STAR's on a day of 2014: {some}")
    check("on=2014-11-02" in house.driver.current_url and house.one("#on").get_attribute("value") == "2014-11-02", "the choice stays")
    check(not house.all("table.values .ours"), "none of them is ours")
    house.shot("code-lists-chosen")
    house.one("a.language").click()
    WebDriverWait(house.driver, 10).until(lambda driver: "lang=da" in driver.current_url)
    check(len(house.all("table.values tbody tr")) == some and house.one("html").get_attribute("lang") == "da", "the language switch keeps the choice")
    house.open(MESSAGES + "?lang=en")
    house.script("arguments[0].scrollIntoView({block: 'center'})", house.one("a.list"))
    house.one("a.list").click()
    WebDriverWait(house.driver, 10).until(lambda driver: "code-lists" in driver.current_url)
    check("code-lists" in house.driver.current_url and "#" in house.driver.current_url, "a type of a list leads to the list")


def without_forms(house):
    house.open(MESSAGES + "?lang=en", base=house.options.production)
    check(not house.all("details.try") and not house.all("textarea"), "in the production profile nothing can be tried")
    check(house.one("button[data-copies=CreateMessage-request]").is_displayed(), "but copied")


def dark(house):
    house.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
    for name, path in PAGES.items():
        house.open(path + "?lang=en")
        colour = house.script("return getComputedStyle(document.body).backgroundColor")
        check(colour == "rgb(18, 24, 27)", f"{name} is dark where that is preferred")
        check(not (found := house.violations()), f"{name} can be read in the dark {found}")
        house.shot(f"{name}-dark")
    house.open(MESSAGES + "?lang=en#CreateMessage")
    house.shot("operation-dark")
    house.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def on_paper(house):
    house.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    house.open(MESSAGES + "?lang=en")
    hidden = [not element.is_displayed() for element in house.all("nav.contents, .top nav, .copy, .try")]
    check(hidden and all(hidden), "on paper there is nothing to press")
    cut = house.script("return [...document.querySelectorAll('.scroll')].filter(e => getComputedStyle(e).overflowX !== 'visible').length")
    check(cut == 0, "and no table is cut off")
    house.shot("print")
    house.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def without_scripts(house):
    house.open(MESSAGES + "?lang=en")
    check("CreateMessage" in house.one("main").text, "a page reads without scripts")
    check(not any(button.is_displayed() for button in house.all("button.copy, details.try")), "and shows nothing that needs one")
    house.open("/code-lists?lang=en")
    house.one("#all").click()
    house.one(".filter [type=submit]").click()
    WebDriverWait(house.driver, 10).until(lambda driver: "all=1" in driver.current_url)
    check(house.one("#all").is_selected(), "code lists are chosen without scripts")


if __name__ == "__main__":
    sys.exit(main())

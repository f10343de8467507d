"""A QA before the page who is shown several snapshots at a time."""

from playwright.sync_api import expect

from tests.browser.reviewer import VERDICTS, Reviewer

GRID = 9


class Sorter(Reviewer):
    """Somebody who marks the odd ones of several snapshots."""

    def see_all(self) -> list[str]:
        """The ids of the snapshots that are shown together, once their pictures are."""
        tiles = self.page.locator(".tile")
        expect(tiles.first).to_be_visible()
        expect(self.page.locator(".tile img")).to_have_count(tiles.count())
        shown = self.page.locator(".tiles").get_attribute("data-snapshots")
        assert shown is not None
        return shown.split()

    def see_all_but_one(self) -> int:
        """How many snapshots are shown, once the pictures of all but one are."""
        expect(self.page.locator(".tile").first).to_be_visible()
        count = self.page.locator(".tile").count()
        expect(self.page.locator(".tile img")).to_have_count(count - 1)
        return count

    def confirm(self, *marked: int) -> list[str]:
        """Mark these by their numbers, answer all, and see what was answered."""
        shown = self.see_all()
        for number in marked:
            self.page.keyboard.press(str(number))
        self.look()
        self.page.keyboard.press("Enter")
        odd = {shown[number - 1] for number in marked}
        self.answered += [(each, VERDICTS["n" if each in odd else "y"]) for each in shown]
        return shown

    def await_hand(self) -> None:
        """Wait, as nobody who looks has to, until there are so many in hand that grids are full."""
        self.page.wait_for_function(
            "name => { const { hand, remaining } = JSON.parse(localStorage[`snapjury:work:${name}`]);"
            " return hand.length >= Math.min(20, remaining) }",
            arg=self.name,
        )

    def begin(self) -> None:
        self.open()
        self.sign_in()
        expect(self.page.locator(".tile img").first).to_be_visible()
        self.await_hand()

    def is_together(self) -> bool:
        return self.page.locator(".tile").count() > 0 and self.page.locator(".tiles").is_visible()

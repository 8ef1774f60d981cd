"""Convert the lines of an export to its orders: what was refunded of each, once."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from action_returns.returns.export import ReturnedOrders, ShopExport
from action_returns.returns.lines_appsflyer import understand_appsflyer
from action_returns.returns.lines_google_play import understand_google_play
from action_returns.returns.lines_matrixify import understand_matrixify
from action_returns.returns.lines_other import refuse_without_amounts, understand_other
from action_returns.returns.lines_returns import understand_amazon, understand_returns
from action_returns.returns.lines_shopify import understand_shopify
from action_returns.returns.lines_stripe import understand_stripe
from action_returns.returns.lines_woocommerce import understand_woocommerce
from action_returns.returns.source import Amounts
from action_returns.returns.sources import (
    AMAZON,
    APPSFLYER,
    GOOGLE_PLAY,
    MAGENTO,
    MATRIXIFY,
    RETURNS_APP,
    SHOPIFY,
    STRIPE,
    WOOCOMMERCE,
)

_BY_SOURCE: Final[Mapping[str, Callable[[ShopExport], ReturnedOrders]]] = {
    SHOPIFY.code: understand_shopify,
    MATRIXIFY.code: understand_matrixify,
    MAGENTO.code: understand_returns,
    GOOGLE_PLAY.code: understand_google_play,
    APPSFLYER.code: understand_appsflyer,
    STRIPE.code: understand_stripe,
    AMAZON.code: understand_amazon,
    RETURNS_APP.code: understand_returns,
}
"""Source -> what its lines mean. The lines of all others can mean two things."""


def understand(export: ShopExport, *, amounts: Amounts | None = None) -> ReturnedOrders:
    """Return the orders of an export, each once, in the order of the file.

    Args:
        export: the export.
        amounts: what the user says that the refund column counts, where the source leaves that open (WooCommerce and
            exports that are not known); None to decide by what the file has besides.

    Raises:
        FileError: the export as a whole cannot be understood.
    """
    if export.source.code in _BY_SOURCE:
        found = _BY_SOURCE[export.source.code](export)
        return found if amounts in {None, _kind(found)} else replace(found, notes=(*found.notes, _not_used(export)))
    refuse_without_amounts(export)
    if export.source.code == WOOCOMMERCE.code:
        return understand_woocommerce(export, amounts)
    return understand_other(export, amounts)


def _kind(found: ReturnedOrders) -> Amounts:
    return Amounts.TO_DATE if found.are_to_date else Amounts.EVENTS


def _not_used(export: ShopExport) -> str:
    return (
        f"The choice --amounts was not used: what the refunds of {export.source.name} count is known. To read the file as "
        "that of another program, rename the headers that it is known by."
    )

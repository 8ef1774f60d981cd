"""What an order is worth in the export, as it is compared with what its action is worth in the network."""

from action_returns.batch.amounts import Cents, money
from action_returns.returns import left_amounts as left
from action_returns.returns.export import ReturnedOrder
from action_returns.returns.known import Choices


class OrderWorth:
    """Reads the totals of orders as the user chose: whole, or without tax and shipping.

    Args:
        choices: what the user chose.

    Attributes:
        is_net: whether tax and shipping are left out.
    """

    def __init__(self, choices: Choices) -> None:
        self.is_net = choices.without_tax_and_shipping
        self._tolerance = choices.tolerance

    def net_total(self, order: ReturnedOrder) -> Cents | None:
        """Return the order's total without tax and shipping, None where the user did not choose it or it is unknown."""
        return _net(order) if self.is_net else None

    def total(self, order: ReturnedOrder) -> Cents | None:
        """Return the order's total in the export as it is compared with the network's amount."""
        net = self.net_total(order)
        return order.total if net is None else net

    def share(self, order: ReturnedOrder, cents: Cents) -> Cents:
        """Return an amount of an order without tax and shipping, in proportion to its totals, half a cent rounded up."""
        if not self.is_net:
            return cents
        net, total = _net(order), order.total
        return cents if net is None or not total else Cents((2 * cents * net + total) // (2 * total))

    def fits(self, one: Cents | None, other: Cents) -> bool:
        """Return whether two amounts differ by no more than the user allows."""
        return one is not None and abs(one - other) <= self._tolerance

    def hint(self, order: ReturnedOrder, original: Cents, current: Cents) -> str:
        """Return what explains that an order's amounts in the export are others than in the network."""
        net, total = _net(order), order.total
        if self.is_net:
            return left.FITS_WITH_TAX if net is not None and self.fits(total, original) else ""
        if net is not None and net != total and self.fits(net, original):
            return left.FITS_WITHOUT_TAX.format(net=money(net))
        if total is not None and order.refunded and total - order.refunded == current:
            return left.MAY_BE_APPLIED
        return ""


def _net(order: ReturnedOrder) -> Cents | None:
    """Return the order's total without tax and shipping, None where it is unknown or more than the total."""
    net, total = order.net_total, order.total
    return net if net is not None and net >= 0 and (total is None or net <= total) else None

"""One row as a pydantic model, the way its manual shows it."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator


class Row(BaseModel):
    """A row of the sheet."""

    ActionId: Annotated[str, Field(pattern=r"^M\.[0-9]{1,10}\.[0-9]{1,10}\.[0-9]{1,15}$")]
    Amount: Annotated[Decimal, Field(ge=0, decimal_places=2)]
    Reason: Literal["ORDER_UPDATE", "REJECTED"]

    @model_validator(mode="after")
    def agrees(self):
        """Hold amount and reason together."""
        if (self.Amount == 0) != (self.Reason == "REJECTED"):
            raise ValueError("reason-amount-mismatch")
        return self

package import Foundation

/// A decimal number with a meaning: amounts of different meaning cannot be added by mistake.
package protocol DecimalValue: Hashable, Sendable, Codable, Comparable, AdditiveArithmetic,
    CustomStringConvertible, ExpressibleByIntegerLiteral
{
    var decimal: Decimal { get }
    init(_ decimal: Decimal)
}

extension DecimalValue {
    package static var zero: Self { Self(Decimal.zero) }
    package static func + (left: Self, right: Self) -> Self { Self(left.decimal + right.decimal) }
    package static func - (left: Self, right: Self) -> Self { Self(left.decimal - right.decimal) }
    package static func < (left: Self, right: Self) -> Bool { left.decimal < right.decimal }
    package static prefix func - (value: Self) -> Self { Self(-value.decimal) }

    package init(integerLiteral value: Int) { self.init(Decimal(value)) }

    /// The text of a decimal number such as `-12.50`; nil if it is anything else.
    package init?(_ text: String) {
        guard let decimal = Decimal(string: text), !decimal.isNaN else { return nil }
        self.init(decimal)
    }

    package init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(Decimal.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(decimal)
    }

    package var description: String { decimal.description }
    package var isPositive: Bool { decimal > 0 }
    package var magnitude: Self { Self(decimal.magnitude) }

    /// The nearest floating point number, for arithmetic with indicators.
    package var double: Double { NSDecimalNumber(decimal: decimal).doubleValue }

    /// The amount with at most this many decimal places, cut towards zero.
    package func truncated(places: Int) -> Self {
        var value = decimal
        var result = Decimal()
        NSDecimalRound(&result, &value, places, value.isSignMinus ? .up : .down)
        return Self(result)
    }
}

/// How many units of an instrument; negative for a short position.
package struct Quantity: DecimalValue {
    package let decimal: Decimal
    package init(_ decimal: Decimal) { self.decimal = decimal }

    /// What it is worth at a price a unit.
    package func value(at price: Money) -> Money { Money(decimal * price.decimal) }

    /// The quantity nearest to a floating point number, to eight decimal places.
    package init(rounding value: Double) {
        self.init(Decimal(string: value.fixed(8)) ?? 0)
    }

    /// A share of it.
    package func times(_ factor: Double) -> Quantity { Quantity(decimal * Decimal(factor)) }
}

/// An amount in the account's currency, or a price in it for one unit.
package struct Money: DecimalValue {
    package let decimal: Decimal
    package init(_ decimal: Decimal) { self.decimal = decimal }

    /// A price that comes as a floating point number from a bar, to the digits that it shows.
    package init(bar price: Double) {
        self.init(Decimal(string: String(price)) ?? Decimal(price))
    }
}

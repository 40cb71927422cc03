import Foundation

/// A part of a whole: 0.05 is five percent. Returns, drawdowns, rates and confidences.
package struct Fraction: Hashable, Sendable, Comparable {
    package let value: Double
    package init(_ value: Double) { self.value = value }

    package static let zero = Fraction(0)
    package static func < (left: Fraction, right: Fraction) -> Bool { left.value < right.value }

    /// The nearest value within the bounds.
    package func clamped(_ bounds: ClosedRange<Double>) -> Fraction {
        Fraction(min(max(value, bounds.lowerBound), bounds.upperBound))
    }
}

extension Fraction: CustomStringConvertible, ExpressibleByFloatLiteral, Codable {
    package init(floatLiteral value: Double) { self.init(value) }

    /// In percent with one decimal place: `-4.2 %`.
    package var description: String { value.percent }

    package init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(Double.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }
}

extension Double {
    /// The number with this many decimal places, the same in every locale.
    package func fixed(_ places: Int) -> String {
        let text = String(format: "%.\(places)f", self)
        let isZero = text.allSatisfy { "-0.".contains($0) }
        return isZero && text.hasPrefix("-") ? String(text.dropFirst()) : text
    }

    /// A fraction in percent with one decimal place: 0.042 is `4.2 %`.
    package var percent: String { (self * 100).fixed(1) + " %" }

    /// The same with its sign: `+4.2 %`.
    package var signedPercent: String { (self > 0 ? "+" : "") + percent }
}

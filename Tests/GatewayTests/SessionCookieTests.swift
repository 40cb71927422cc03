import Testing

@testable import Gateway

@Suite("The page's cookie")
struct SessionCookieTests {
    private let secret = [UInt8](repeating: 7, count: 32)
    private let cookie = SessionCookie(token: "bs_abc-_1", expiry: 2_000)

    private func flaw(
        _ text: String, secrets: [[UInt8]]? = nil, now: Int64 = 1_000
    ) -> SessionCookie.Flaw? {
        do {
            _ = try SessionCookie(text, secrets: secrets ?? [secret], now: now)
            return nil
        } catch {
            return error
        }
    }

    @Test("says what was signed")
    func roundTrip() throws {
        #expect(try SessionCookie(cookie.text(secret: secret), secrets: [secret], now: 0) == cookie)
    }

    /// As `printf 'bs_abc-_1.2000' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0707...` has it.
    @Test("is signed as others would")
    func oracle() {
        #expect(
            cookie.text(secret: secret)
                == "bs_abc-_1.2000."
                + "54dac5da59745a9d1fab5cb00415626b4be4200fd67e741a86e7ab5add54c40e")
    }

    @Test("with any letter altered is refused")
    func altered() {
        let text = Array(cookie.text(secret: secret).utf8)
        for place in text.indices {
            var other = text
            other[place] ^= 1
            #expect(flaw(String(decoding: other, as: UTF8.self)) != nil, "place \(place)")
        }
    }

    @Test("is over at its second, however it is signed")
    func expired() {
        let text = cookie.text(secret: secret)
        #expect(flaw(text, now: 1_999) == nil)
        #expect(flaw(text, now: 2_000) == .expired)
    }

    @Test("with another expiry under the same signature is refused")
    func prolonged() {
        let text = cookie.text(secret: secret).replacing(".2000.", with: ".9000.")
        #expect(flaw(text) == .wrongSignature)
    }

    @Test("of a secret that has ended is refused, of one that has not yet is taken")
    func oldSecret() {
        let text = cookie.text(secret: secret)
        let new = [UInt8](repeating: 9, count: 32)
        #expect(flaw(text, secrets: [new, secret]) == nil)
        #expect(flaw(text, secrets: [new]) == .wrongSignature)
        #expect(flaw(text, secrets: []) == .wrongSignature)
    }

    @Test(
        "without a signature, or in another form, is refused",
        arguments: [
            "", "bs_abc", "bs_abc.2000", "bs_abc.2000.", "bs_abc.x.y", ".2000.aa", "a.b.c.d",
        ])
    func unsigned(text: String) {
        #expect(flaw(text) != nil)
    }

    @Test("is old when half of its hour is over")
    func old() {
        #expect(!cookie.isOld(now: 2_000 - 1_800))
        #expect(cookie.isOld(now: 2_000 - 1_799))
    }
}

import Foundation
import Postgres
import Support
import Testing

/// A server of its own on the loopback, with a certificate that it signed itself: libpq speaks no
/// TLS on a socket file.
@Suite("TLS", .requiresDatabase, .timeLimit(.minutes(5)))
struct PostgresTLSTests {
    @Test("a certificate that is trusted is accepted, any other refused, with what to check")
    func verifies() async throws {
        try await Self.withServer { folder, port in
            let url = "postgresql://postgres@localhost:\(port)/postgres?sslmode=verify-full"
            let trusted = try ConnectionTarget("\(url)&sslrootcert=\(folder)/server.crt")
            let connection = try await Connection.connect(trusted)
            let isEncrypted: Bool = try await connection.query(
                "select ssl from pg_stat_ssl where pid = pg_backend_pid()"
            ).value()
            #expect(isEncrypted)
            // Statements and their cancelling work as on a plain connection.
            let error = try await #require(throws: PostgresError.self) {
                try await connection.query("select pg_sleep(30)", within: .milliseconds(100))
            }
            #expect(error.code == .timeout)
            await connection.close()

            let stranger = try ConnectionTarget("\(url)&sslrootcert=\(folder)/stranger.crt")
            let refusal = try await #require(throws: PostgresError.self) {
                try await Connection.connect(stranger)
            }
            #expect(refusal.message.contains("certificate verify failed"))
            #expect(refusal.hint?.contains("sslrootcert") == true)
            #expect(!refusal.isTransient)
        }
    }

    /// Starts the server as the user that the private one runs as, and removes it afterwards.
    private static func withServer(
        _ body: (_ folder: String, _ port: Int) async throws -> Void
    ) async throws {
        let folder = "/tmp/bellwether-tls-\(UUID().uuidString.prefix(8).lowercased())"
        let port = Int.random(in: 20_000..<32_000)
        let server = "docker/server.sh"
        let start = """
            set -e; umask 077; mkdir -p \(folder); cd \(folder)
            for name in server stranger; do
                openssl req -new -x509 -days 2 -nodes -subj /CN=localhost \
                    -addext subjectAltName=DNS:localhost -out $name.crt -keyout $name.key
            done
            initdb -D data -U postgres -A trust --no-sync > initdb.log
            cat >> data/postgresql.conf <<CONF
            listen_addresses = 'localhost'
            port = \(port)
            unix_socket_directories = ''
            ssl = on
            ssl_cert_file = '\(folder)/server.crt'
            ssl_key_file = '\(folder)/server.key'
            fsync = off
            CONF
            # The server must not keep what the test waits for to be closed.
            for fd in /proc/$$/fd/*; do
                [ "${fd##*/}" -le 2 ] || eval "exec ${fd##*/}>&-"
            done
            pg_ctl -D data -l server.log -w start < /dev/null > start.log 2>&1 \
                || { cat start.log server.log; exit 1; }
            chmod 755 . ; chmod 644 *.crt
            """
        try TestServer.run(server, ["run", "bash", "-c", start])
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(folder, port))
        } catch {
            result = .failure(error)
        }
        try TestServer.run(
            server,
            ["run", "bash", "-c", "pg_ctl -D \(folder)/data -m immediate stop; rm -rf \(folder)"])
        try result.get()
    }
}

package import Foundation
import Glibc
import Synchronization

/// A terminal without a screen: a program writes to it and reads keys from it as from a real one.
package final class PseudoTerminal: Sendable {
    private let master: Int32
    /// The program's side.
    private let slave: Int32
    private let seen = Mutex<[UInt8]>([])

    // TIOCSPTLCK and TIOCGPTN of asm-generic/ioctls.h, which Swift cannot read.
    private static let unlock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430

    package init(columns: Int, rows: Int) throws {
        // By the device itself: Swift's Glibc has no posix_openpt (pts(4), ioctl_tty(2)).
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        var (isLocked, number) = (Int32(0), UInt32(0))
        guard master >= 0, ioctl(master, Self.unlock, &isLocked) == 0,
            ioctl(master, Self.getNumber, &number) == 0
        else { throw TestServerError("no pseudo terminal: \(String(cString: strerror(errno)))") }
        slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        guard slave >= 0 else { throw TestServerError("no pseudo terminal") }
        _ = fcntl(master, F_SETFL, O_NONBLOCK)
        resize(columns: columns, rows: rows)
    }

    deinit {
        close(slave)
        close(master)
    }

    package var handle: FileHandle { FileHandle(fileDescriptor: slave, closeOnDealloc: false) }

    package func resize(columns: Int, rows: Int) {
        var window = winsize(
            ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(slave, UInt(TIOCSWINSZ), &window)
    }

    package func type(_ keys: String) {
        _ = keys.utf8.withContiguousStorageIfAvailable { write(master, $0.baseAddress, $0.count) }
    }

    /// All that was written so far.
    package var text: String {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        seen.withLock { seen in
            while case let count = read(master, &bytes, bytes.count), count > 0 {
                seen += bytes.prefix(count)
            }
        }
        return String(decoding: seen.withLock { $0 }, as: UTF8.self)
    }

    /// How keys are treated: whether they are shown, whether they come one by one.
    package var modes: UInt32 {
        var modes = termios()
        tcgetattr(slave, &modes)
        return modes.c_lflag
    }
}

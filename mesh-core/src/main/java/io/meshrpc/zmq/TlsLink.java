package io.meshrpc.zmq;

import io.meshrpc.api.PeerIdentity;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS on one connection. Owned by the loop thread, save for the tasks of a handshake.
 *
 * <pre>
 * HANDSHAKE --> OPEN --> OVER
 *     \-----------------> OVER
 * </pre>
 */
final class TlsLink {
  enum State {
    HANDSHAKE,
    OPEN,
    OVER
  }

  private static final byte[] NOTHING = {};
  private static final int RECORD_BYTES = 16 << 10; // of plaintext
  private static final int RECORD_EXTRA_BYTES = 64; // header, type and tag are 22
  /** Records without content, such as new keys, which cost most. */
  private static final int EMPTY_MAX = 32;

  private static final int BYTES_FOR_AN_EMPTY = 64 << 10; // of others that allow one more

  final long route;
  final long startedNs;
  final SSLEngine engine;
  final ArrayDeque<byte[]> waiting = new ArrayDeque<>(); // came while the tasks ran
  final ArrayDeque<byte[]> words = new ArrayDeque<>(); // of TLS itself, to be sent
  State state = State.HANDSHAKE;
  PeerIdentity peer = PeerIdentity.NONE;
  byte[] hello = NOTHING; // random of the client's Hello, or the session id in it
  boolean awaitsHello; // a client's, before the server's
  boolean tasksRun;
  int bytesCame; // before it was open
  int recordsCame; // of the handshake
  int beginnings = 1;
  private long openedBytes;
  private long emptyRecords;

  @Nullable
  ByteBuffer input; // what is left of the latest frame of the handshake

  TlsLink(long route, SSLEngine engine, long nowNs) {
    this.route = route;
    this.engine = engine;
    this.startedNs = nowNs;
  }

  /** The records of a batch. */
  byte[] seal(byte[] batch, TlsBuffers buffers) throws SSLException {
    int records = batch.length / RECORD_BYTES + 1;
    int slack = engine.getSession().getPacketBufferSize(); // wrap asks for as much each time
    ByteBuffer from = ByteBuffer.wrap(batch);
    ByteBuffer to = buffers.atLeast(batch.length + records * RECORD_EXTRA_BYTES + slack);
    while (from.hasRemaining()) {
      check(engine.wrap(from, to));
    }
    return TlsBuffers.content(to);
  }

  /** The batch in the records of a frame; empty if there is none. */
  byte[] open(ByteBuffer records, TlsBuffers buffers) throws SSLException {
    ByteBuffer to = buffers.atLeast(records.remaining() + RECORD_EXTRA_BYTES);
    while (records.hasRemaining()) {
      SSLEngineResult result = engine.unwrap(records, to);
      count(result.bytesProduced());
      byte[] own = result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP ? ownWords() : NOTHING;
      if (own.length > 0) {
        words.add(own);
      } else {
        check(result);
      }
    }
    if (engine.isInboundDone()) {
      throw new TlsClosedException();
    }
    return TlsBuffers.content(to);
  }

  private void count(int bytes) throws SSLException {
    openedBytes += bytes;
    emptyRecords += bytes == 0 ? 1 : 0;
    if (emptyRecords > EMPTY_MAX + openedBytes / BYTES_FOR_AN_EMPTY) {
      throw new SSLException("too many records without content: " + emptyRecords);
    }
  }

  /** What TLS itself wants to say, such as new keys or why it fails; empty if nothing. */
  byte[] ownWords() throws SSLException {
    ByteBuffer to = ByteBuffer.allocate(2 * engine.getSession().getPacketBufferSize());
    int before = -1;
    while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && to.position() > before) {
      before = to.position();
      SSLEngineResult unused = engine.wrap(ByteBuffer.wrap(NOTHING), to);
    }
    return TlsBuffers.content(to);
  }

  private static void check(SSLEngineResult result) throws SSLException {
    if (result.getStatus() == Status.CLOSED) {
      throw new TlsClosedException();
    }
    if (result.getStatus() != Status.OK) {
      throw new SSLException("half a record, or one that is too long (" + result.getStatus() + ")");
    }
    if (result.bytesConsumed() == 0 && result.bytesProduced() == 0) {
      throw new SSLException("no progress (" + result.getHandshakeStatus() + ")");
    }
  }
}

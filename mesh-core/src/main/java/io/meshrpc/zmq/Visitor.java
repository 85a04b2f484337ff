package io.meshrpc.zmq;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import zmq.io.Metadata;

/**
 * One connection to a server's socket. Each count has one writer: JeroMQ's thread, or
 * the loop in its place, what came and what was taken to be sent, the loop what it has read and what it
 * wants sent.
 */
final class Visitor {
  final SocketChannel channel;
  final String address; // with the port, as JeroMQ says it
  final String host;
  final AtomicLong cameBytes = new AtomicLong(); // JeroMQ's thread
  final AtomicLong readBytes = new AtomicLong(); // the loop
  final AtomicLong askedBytes = new AtomicLong(); // the loop
  final AtomicLong takenBytes = new AtomicLong(); // JeroMQ's thread

  /** What JeroMQ says with each of its frames; its thread, or under CURVE the loop. */
  @Nullable
  volatile Metadata metadata;

  volatile int parts; // frames so far of a message that has not ended; JeroMQ's thread
  long partsBytes; // of those
  long heardNs; // the sweep's
  long heardBytes; // the sweep's
  long droppedNs; // the sweep's
  volatile boolean dropped;

  Visitor(SocketChannel channel, String host, int port, long nowNs) {
    this.channel = channel;
    this.host = host;
    this.address = host + ":" + port;
    this.heardNs = nowNs;
  }

  /** Whether what JeroMQ says with a frame is said of this connection: the first that claims it has it. */
  boolean isMeantBy(@Nullable Metadata said) {
    if (metadata == null) {
      metadata = said;
    }
    return metadata == said;
  }

  /** What came and was not read yet. */
  long unreadHereBytes() {
    return cameBytes.get() - readBytes.get();
  }

  /** What waits to be sent. */
  long unreadThereBytes() {
    return askedBytes.get() - takenBytes.get();
  }

  /** Whether the loop has read any of its frames. */
  boolean isHeard() {
    return readBytes.get() > 0;
  }

  /** Ends what it can say; JeroMQ sees the end of the stream and puts the rest in order. */
  void hangUp() {
    try {
      channel.shutdownInput();
    } catch (IOException e) {
      // it is closed already
    }
  }

  /** Ends it for sure. */
  void cut() {
    try {
      channel.close();
    } catch (IOException e) {
      // nothing is left to close
    }
  }
}

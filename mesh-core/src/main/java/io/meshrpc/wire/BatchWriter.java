package io.meshrpc.wire;

import io.meshrpc.api.LoadReport;
import io.meshrpc.api.Metadata;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Says the fields of each record to a {@link FieldWriter}, in the order of their numbers. */
final class BatchWriter {
  private final FieldWriter out;
  private final int attachFrom; // bytes of what travels in a frame of its own
  private final List<byte[]> attached; // gets those frames

  BatchWriter(FieldWriter out, int attachFrom, List<byte[]> attached) {
    this.out = out;
    this.attachFrom = attachFrom;
    this.attached = attached;
  }

  /** The packets are the batch's, {@link #inOrderOfKinds}. */
  void write(Batch batch, List<Packet> packets) {
    out.fixed64(1, batch.session());
    out.uint64(2, batch.ackBelow());
    LoadReport load = batch.load();
    if (load != null) {
      int begun = out.begin(3);
      load(load);
      out.end(3, begun);
    }
    for (int i = 0; i < packets.size(); i++) {
      Packet packet = packets.get(i);
      int field = field(packet);
      int begun = out.begin(field);
      packet(packet);
      out.end(field, begun);
    }
  }

  /** As every other writer of protobuf orders them; most batches are of one kind. */
  static List<Packet> inOrderOfKinds(List<Packet> packets) {
    int last = 0;
    for (int i = 0; i < packets.size(); i++) {
      int field = field(packets.get(i));
      if (field < last) {
        List<Packet> sorted = new ArrayList<>(packets);
        sorted.sort(Comparator.comparingInt(BatchWriter::field));
        return sorted;
      }
      last = field;
    }
    return packets;
  }

  private static int field(Packet packet) {
    if (packet instanceof Request) {
      return 7;
    } else if (packet instanceof Response) {
      return 8;
    } else if (packet instanceof Cancel) {
      return 9;
    } else if (packet instanceof Cancelled) {
      return 10;
    } else if (packet instanceof Probe) {
      return 11;
    } else if (packet instanceof ProbeReply) {
      return 12;
    } else if (packet instanceof Ping) {
      return 13;
    } else if (packet instanceof Pong) {
      return 14;
    } else if (packet instanceof Goaway) {
      return 15;
    } else if (packet instanceof Started) {
      return 18;
    } else if (packet instanceof Hello) {
      return 4;
    } else if (packet instanceof Welcome) {
      return 5;
    } else if (packet instanceof Refusal) {
      return 6;
    }
    throw new IllegalStateException("packet of no kind: " + packet);
  }

  private void packet(Packet packet) {
    if (packet instanceof Request request) {
      request(request);
    } else if (packet instanceof Response response) {
      response(response);
    } else if (packet instanceof Cancel cancel) {
      out.uint64(1, cancel.seq());
      out.uint32(2, cancel.attempt());
      out.bool(3, cancel.onlyIfQueued());
    } else if (packet instanceof Cancelled cancelled) {
      out.uint64(1, cancelled.seq());
      out.uint32(2, cancelled.attempt());
      out.uint32(3, cancelled.stage().ordinal());
    } else if (packet instanceof Probe probe) {
      out.uint64(1, probe.id());
      out.uint32(2, probe.method());
    } else if (packet instanceof ProbeReply reply) {
      out.uint64(1, reply.id());
      out.uint32(2, reply.method());
      out.uint64(3, reply.usualServiceUs());
    } else if (packet instanceof Ping ping) {
      out.uint64(1, ping.id());
    } else if (packet instanceof Pong pong) {
      out.uint64(1, pong.id());
    } else if (packet instanceof Goaway goaway) {
      out.string(1, goaway.text());
      out.uint32(2, goaway.graceMs());
    } else if (packet instanceof Started started) {
      out.uint64(1, started.seq());
      out.uint32(2, started.attempt());
    } else if (packet instanceof Hello hello) {
      hello(hello);
    } else if (packet instanceof Welcome welcome) {
      welcome(welcome);
    } else if (packet instanceof Refusal refusal) {
      refusal(refusal);
    }
  }

  private void request(Request request) {
    out.uint64(1, request.seq());
    out.uint32(2, request.method());
    out.uint32(3, request.attempt());
    out.uint64(4, request.timeLeftUs());
    out.uint32(5, Numbers.of(request.priority()));
    out.bool(6, request.idempotent());
    out.bool(7, request.repeat());
    metadata(8, request.metadata());
    boolean attaches =
        payload(9, request.held(), request.from(), request.headBytes(), request.tail());
    out.bool(10, request.announceStart());
    out.bool(11, attaches);
  }

  private void response(Response response) {
    if (response.reason() == Reason.UNRECOGNIZED) {
      throw new IllegalArgumentException("reason: UNRECOGNIZED (expected: one with a number)");
    }
    out.uint64(1, response.seq());
    out.uint32(2, response.attempt());
    out.uint32(3, Numbers.of(response.execution()));
    out.uint32(4, response.code().number());
    out.uint32(5, response.reason().ordinal());
    out.string(6, response.text());
    out.uint32(7, response.pushbackMs());
    out.uint64(8, response.queueUs());
    out.uint64(9, response.serviceUs());
    out.uint64(10, response.usualServiceUs());
    metadata(11, response.metadata());
    boolean attaches =
        payload(12, response.held(), response.from(), response.headBytes(), response.tail());
    out.bool(13, attaches);
  }

  /** Whether the end of a payload, or all of it, goes into a frame of its own, where it is not copied. */
  private boolean payload(int field, byte[] held, int from, int headBytes, byte[] tail) {
    if (tail.length >= attachFrom) {
      out.byteArrays(field, held, from, headBytes, FieldReader.NO_BYTES);
      attached.add(tail);
      return true;
    }
    if (tail.length == 0 && headBytes >= attachFrom) {
      attached.add(Slices.whole(held, from, headBytes));
      return true;
    }
    out.byteArrays(field, held, from, headBytes, tail);
    return false;
  }

  private void hello(Hello hello) {
    nodeId(hello.nodeId());
    out.uint64(2, hello.epoch());
    out.uint32(3, hello.versionMin());
    out.uint32(4, hello.versionMax());
    out.uint64(5, hello.features());
    out.string(6, hello.name());
    out.uint64(7, hello.responseBytesMax());
  }

  private void welcome(Welcome welcome) {
    nodeId(welcome.nodeId());
    out.uint64(2, welcome.epoch());
    out.fixed64(3, welcome.session());
    out.uint32(4, welcome.version());
    out.uint64(5, welcome.features());
    out.string(6, welcome.name());
    for (ServiceEntry service : welcome.services()) {
      int begun = out.begin(7);
      out.string(1, service.name());
      for (MethodEntry method : service.methods()) {
        int begunMethod = out.begin(2);
        out.string(1, method.name());
        out.uint32(2, method.number());
        out.end(2, begunMethod);
      }
      out.end(7, begun);
    }
    out.uint64(8, welcome.requestBytesMax());
    out.uint64(9, welcome.metadataBytesMax());
    out.uint64(10, welcome.uptimeMs());
    out.bool(11, welcome.draining());
  }

  private void refusal(Refusal refusal) {
    out.uint32(1, refusal.reason().ordinal());
    out.string(2, refusal.text());
    out.uint32(3, refusal.versionMin());
    out.uint32(4, refusal.versionMax());
    out.uint32(5, refusal.retryAfterMs());
    out.uint64(6, refusal.epoch());
  }

  private void load(LoadReport load) {
    out.uint32(1, load.queued());
    out.uint32(2, load.running());
    out.uint32(3, load.workers());
    out.uint32(4, load.oldestWaitMs());
    out.uint64(5, load.completed());
    out.uint64(6, load.uptimeMs());
    out.uint32(7, load.refusedPermille());
    out.uint64(8, load.latencyUs());
  }

  private void nodeId(NodeId id) {
    out.byteArray(
        1, ByteBuffer.allocate(16).putLong(id.high()).putLong(id.low()).array());
  }

  private void metadata(int field, Metadata metadata) {
    if (metadata.isEmpty()) {
      return;
    }
    for (Metadata.Entry entry : metadata.entries()) {
      int begun = out.begin(field);
      out.string(1, entry.key());
      out.byteArray(2, entry.value());
      out.end(field, begun);
    }
  }
}

package io.meshrpc.wire;

import io.meshrpc.api.LoadReport;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the records of a batch. A field is known by its tag, number and wire type together;
 * everything else is skipped, and of a field that occurs
 * twice the last value holds.
 */
final class BatchReader {
  static final int RECORDS_MAX = 65_536; // of two bytes each there could be millions
  private static final int USUAL_MAX = 64;
  private static final int USUAL_BYTES = 32; // of a record

  private final FieldReader in;
  private final CallReader calls;
  private final List<Packet> packets;
  private LoadReport load = LoadReport.NONE; // so far

  BatchReader(FieldReader in, List<byte[]> attached) {
    this.in = in;
    this.calls = new CallReader(in, attached);
    this.packets = new ArrayList<>(Math.min(USUAL_MAX, 1 + in.bytes().length / USUAL_BYTES));
  }

  Batch read() throws MalformedBatchException {
    long session = 0;
    boolean loaded = false;
    long ackBelow = 0;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case (1 << 3) | 1 -> {
          long next = in.fixed64();
          if (session != 0 && next != session) {
            throw new MalformedBatchException("session: two (expected: one in a batch)");
          }
          session = next;
        }
        case 2 << 3 -> ackBelow = in.serial("ack_below");
        case (3 << 3) | 2 -> {
          load();
          loaded = true;
        }
        default -> {
          if ((tag & 7) == 2 && isPacket(tag >>> 3)) {
            packet(tag >>> 3);
          } else {
            in.skip(tag);
          }
        }
      }
    }
    return new Batch(session, ackBelow, loaded ? load : null, packets);
  }

  private static boolean isPacket(int field) {
    return (field >= 4 && field <= 15) || field == 18;
  }

  private void packet(int field) throws MalformedBatchException {
    if (packets.size() == RECORDS_MAX) {
      throw new MalformedBatchException("frame: more than " + RECORDS_MAX + " records");
    }
    int outer = in.enter();
    packets.add(
        switch (field) {
          case 4 -> hello();
          case 5 -> welcome();
          case 6 -> refusal();
          case 7 -> calls.request();
          case 8 -> calls.response();
          case 9 -> cancel();
          case 10 -> cancelled();
          case 11 -> probe();
          case 12 -> probeReply();
          case 13 -> new Ping(id());
          case 14 -> new Pong(id());
          case 15 -> goaway();
          default -> started();
        });
    in.leave(outer);
  }

  private Hello hello() throws MalformedBatchException {
    byte[] nodeId = FieldReader.NO_BYTES;
    long epoch = 0;
    int versionMin = 0;
    int versionMax = 0;
    long features = 0;
    String name = "";
    long responseBytesMax = 0;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case (1 << 3) | 2 -> nodeId = in.byteArray();
        case 2 << 3 -> epoch = in.serial("epoch");
        case 3 << 3 -> versionMin = in.count();
        case 4 << 3 -> versionMax = in.count();
        case 5 << 3 -> features = in.uint64();
        case (6 << 3) | 2 -> name = in.string();
        case 7 << 3 -> responseBytesMax = in.span();
        default -> in.skip(tag);
      }
    }
    return new Hello(
        FieldReader.nodeId(nodeId),
        epoch,
        versionMin,
        versionMax,
        features,
        name,
        responseBytesMax);
  }

  private Welcome welcome() throws MalformedBatchException {
    byte[] nodeId = FieldReader.NO_BYTES;
    long epoch = 0;
    long session = 0;
    int version = 0;
    long features = 0;
    String name = "";
    List<ServiceEntry> services = new ArrayList<>();
    long requestBytesMax = 0;
    long metadataBytesMax = 0;
    long uptimeMs = 0;
    boolean draining = false;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case (1 << 3) | 2 -> nodeId = in.byteArray();
        case 2 << 3 -> epoch = in.serial("epoch");
        case (3 << 3) | 1 -> session = in.fixed64();
        case 4 << 3 -> version = in.count();
        case 5 << 3 -> features = in.uint64();
        case (6 << 3) | 2 -> name = in.string();
        case (7 << 3) | 2 -> services.add(service());
        case 8 << 3 -> requestBytesMax = in.span();
        case 9 << 3 -> metadataBytesMax = in.span();
        case 10 << 3 -> uptimeMs = in.span();
        case 11 << 3 -> draining = in.bool();
        default -> in.skip(tag);
      }
    }
    return new Welcome(
        FieldReader.nodeId(nodeId),
        epoch,
        session,
        version,
        features,
        name,
        services,
        requestBytesMax,
        metadataBytesMax,
        uptimeMs,
        draining);
  }

  private ServiceEntry service() throws MalformedBatchException {
    int outer = in.enter();
    String name = "";
    List<MethodEntry> methods = new ArrayList<>();
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case (1 << 3) | 2 -> name = in.string();
        case (2 << 3) | 2 -> methods.add(method());
        default -> in.skip(tag);
      }
    }
    in.leave(outer);
    return new ServiceEntry(name, methods);
  }

  private MethodEntry method() throws MalformedBatchException {
    int outer = in.enter();
    String name = "";
    int number = 0;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case (1 << 3) | 2 -> name = in.string();
        case 2 << 3 -> number = in.count();
        default -> in.skip(tag);
      }
    }
    in.leave(outer);
    return new MethodEntry(name, number);
  }

  private Refusal refusal() throws MalformedBatchException {
    Refusal.Reason reason = Refusal.Reason.UNSPECIFIED;
    String text = "";
    int versionMin = 0;
    int versionMax = 0;
    int retryAfterMs = 0;
    long epoch = 0;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case 1 << 3 -> reason = Numbers.refusal(in.number());
        case (2 << 3) | 2 -> text = in.string();
        case 3 << 3 -> versionMin = in.count();
        case 4 << 3 -> versionMax = in.count();
        case 5 << 3 -> retryAfterMs = in.count();
        case 6 << 3 -> epoch = in.serial("epoch");
        default -> in.skip(tag);
      }
    }
    return new Refusal(reason, text, versionMin, versionMax, retryAfterMs, epoch);
  }

  private Cancel cancel() throws MalformedBatchException {
    long seq = 0;
    int attempt = 0;
    boolean onlyIfQueued = false;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case 1 << 3 -> seq = in.serial("seq");
        case 2 << 3 -> attempt = in.count();
        case 3 << 3 -> onlyIfQueued = in.bool();
        default -> in.skip(tag);
      }
    }
    return new Cancel(seq, attempt, onlyIfQueued);
  }

  private Cancelled cancelled() throws MalformedBatchException {
    long seq = 0;
    int attempt = 0;
    Cancelled.Stage stage = Cancelled.Stage.UNKNOWN;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case 1 << 3 -> seq = in.serial("seq");
        case 2 << 3 -> attempt = in.count();
        case 3 << 3 -> stage = Numbers.stage(in.number());
        default -> in.skip(tag);
      }
    }
    return new Cancelled(seq, attempt, stage);
  }

  private Started started() throws MalformedBatchException {
    Cancel same = cancel(); // the same two fields first; a third is unknown and ignored
    return new Started(same.seq(), same.attempt());
  }

  private Probe probe() throws MalformedBatchException {
    ProbeReply same = probeReply(); // the same two fields first; a third is unknown and ignored
    return new Probe(same.id(), same.method());
  }

  private ProbeReply probeReply() throws MalformedBatchException {
    long id = 0;
    int method = 0;
    long usualServiceUs = 0;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case 1 << 3 -> id = in.uint64();
        case 2 << 3 -> method = in.count();
        case 3 << 3 -> usualServiceUs = in.span();
        default -> in.skip(tag);
      }
    }
    return new ProbeReply(id, method, usualServiceUs);
  }

  private Goaway goaway() throws MalformedBatchException {
    String text = "";
    int graceMs = 0;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case (1 << 3) | 2 -> text = in.string();
        case 2 << 3 -> graceMs = in.count();
        default -> in.skip(tag);
      }
    }
    return new Goaway(text, graceMs);
  }

  /** Field by field onto what an earlier load of the batch said, as protobuf does. */
  private void load() throws MalformedBatchException {
    int outer = in.enter();
    int queued = load.queued();
    int running = load.running();
    int workers = load.workers();
    int oldestWaitMs = load.oldestWaitMs();
    long completed = load.completed();
    long uptimeMs = load.uptimeMs();
    int refusedPermille = load.refusedPermille();
    long latencyUs = load.latencyUs();
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case 1 << 3 -> queued = in.count();
        case 2 << 3 -> running = in.count();
        case 3 << 3 -> workers = in.count();
        case 4 << 3 -> oldestWaitMs = in.count();
        case 5 << 3 -> completed = in.span();
        case 6 << 3 -> uptimeMs = in.span();
        case 7 << 3 -> refusedPermille = in.count();
        case 8 << 3 -> latencyUs = in.span();
        default -> in.skip(tag);
      }
    }
    in.leave(outer);
    load = new LoadReport(
        queued, running, workers, oldestWaitMs, completed, uptimeMs, refusedPermille, latencyUs);
  }

  private long id() throws MalformedBatchException {
    long id = 0;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      if (tag == 1 << 3) {
        id = in.uint64();
      } else {
        in.skip(tag);
      }
    }
    return id;
  }
}

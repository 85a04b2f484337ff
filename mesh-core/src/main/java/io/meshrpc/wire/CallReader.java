package io.meshrpc.wire;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.Priority;
import java.util.ArrayList;
import java.util.List;

/** Reads requests and responses, from inside their records. */
final class CallReader {
  private final FieldReader in;
  private final List<byte[]> attached; // payloads, or their ends, in frames of their own
  private int taken; // of those

  CallReader(FieldReader in, List<byte[]> attached) {
    this.in = in;
    this.attached = attached;
  }

  Request request() throws MalformedBatchException {
    long seq = 0;
    int method = 0;
    int attempt = 0;
    long timeLeftUs = 0;
    Priority priority = Priority.NORMAL;
    boolean idempotent = false;
    boolean repeat = false;
    boolean announceStart = false;
    boolean attaches = false;
    List<Metadata.Entry> metadata = List.of();
    int from = 0;
    int bytes = 0;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case 1 << 3 -> seq = in.serial("seq");
        case 2 << 3 -> method = in.count();
        case 3 << 3 -> attempt = in.count();
        case 4 << 3 -> timeLeftUs = in.span();
        case 5 << 3 -> priority = Numbers.priority(in.number());
        case 6 << 3 -> idempotent = in.bool();
        case 7 << 3 -> repeat = in.bool();
        case (8 << 3) | 2 -> metadata = with(metadata, entry());
        case (9 << 3) | 2 -> {
          from = in.slice();
          bytes = in.sliceBytes();
        }
        case 10 << 3 -> announceStart = in.bool();
        case 11 << 3 -> attaches = in.bool();
        default -> in.skip(tag);
      }
    }
    byte[] frame = attaches ? nextAttached() : FieldReader.NO_BYTES;
    boolean alone = bytes == 0; // what came in the frame is all, or there is nothing
    return new Request(
        seq,
        method,
        attempt,
        timeLeftUs,
        priority,
        idempotent,
        repeat,
        announceStart,
        Metadata.of(metadata),
        alone ? frame : in.bytes(),
        alone ? 0 : from,
        alone ? frame.length : bytes,
        alone ? FieldReader.NO_BYTES : frame);
  }

  Response response() throws MalformedBatchException {
    long seq = 0;
    int attempt = 0;
    Execution execution = Execution.UNKNOWN;
    Code code = Code.OK;
    Reason reason = Reason.HANDLER;
    String text = "";
    int pushbackMs = 0;
    long queueUs = 0;
    long serviceUs = 0;
    long usualServiceUs = 0;
    boolean attaches = false;
    List<Metadata.Entry> metadata = List.of();
    int from = 0;
    int bytes = 0;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case 1 << 3 -> seq = in.serial("seq");
        case 2 << 3 -> attempt = in.count();
        case 3 << 3 -> execution = Numbers.execution(in.number());
        case 4 << 3 -> code = Code.of(in.number());
        case 5 << 3 -> reason = Numbers.reason(in.number());
        case (6 << 3) | 2 -> text = in.string();
        case 7 << 3 -> pushbackMs = in.pushback();
        case 8 << 3 -> queueUs = in.span();
        case 9 << 3 -> serviceUs = in.span();
        case 10 << 3 -> usualServiceUs = in.span();
        case (11 << 3) | 2 -> metadata = with(metadata, entry());
        case (12 << 3) | 2 -> {
          from = in.slice();
          bytes = in.sliceBytes();
        }
        case 13 << 3 -> attaches = in.bool();
        default -> in.skip(tag);
      }
    }
    byte[] frame = attaches ? nextAttached() : FieldReader.NO_BYTES;
    boolean alone = bytes == 0; // what came in the frame is all, or there is nothing
    return new Response(
        seq,
        attempt,
        Ending.of(execution, code, reason, text, pushbackMs),
        queueUs,
        serviceUs,
        usualServiceUs,
        Metadata.of(metadata),
        alone ? frame : in.bytes(),
        alone ? 0 : from,
        alone ? frame.length : bytes,
        alone ? FieldReader.NO_BYTES : frame);
  }

  /** Each frame is one record's, so that none can be made to count for many. */
  private byte[] nextAttached() throws MalformedBatchException {
    if (taken == attached.size()) {
      throw new MalformedBatchException(
          "frames: " + (1 + attached.size()) + " (expected: one more for each attached payload)");
    }
    return attached.get(taken++);
  }

  private Metadata.Entry entry() throws MalformedBatchException {
    int outer = in.enter();
    String key = "";
    byte[] value = FieldReader.NO_BYTES;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case (1 << 3) | 2 -> key = in.string();
        case (2 << 3) | 2 -> value = in.byteArray();
        default -> in.skip(tag);
      }
    }
    in.leave(outer);
    if (!Metadata.isKey(key)) {
      throw new MalformedBatchException(
          "metadata key: " + key.length() + " characters (expected: 1 to 128 of a-z0-9-_.)");
    }
    return new Metadata.Entry(key, value);
  }

  private static List<Metadata.Entry> with(List<Metadata.Entry> entries, Metadata.Entry entry) {
    List<Metadata.Entry> more = entries.isEmpty() ? new ArrayList<>(4) : entries;
    more.add(entry);
    return more;
  }
}

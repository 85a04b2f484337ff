package io.meshrpc.soak;

import static io.meshrpc.soak.Contract.PAY;
import static io.meshrpc.soak.Contract.READ;

import io.meshrpc.MeshServer;
import io.meshrpc.api.Code;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.RpcException;
import io.meshrpc.api.ServiceDefinition;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A server in a process of its own. It writes down each call before its work begins and when it has
 * ended, so that a kill leaves the books true.
 */
final class SoakServer {
  static final String DRAIN = "drain";
  static final String FOOTPRINT = "footprint";
  static final String LOAD = "load";
  static final Duration REMEMBERED = Duration.ofSeconds(2);
  private static final int WORKERS = 16;

  private final FileChannel books;

  private SoakServer(Path file) throws IOException {
    books = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** Serves. Arguments: endpoint, file of the books. Says its endpoint, then one line to each line. */
  public static void main(String[] args) throws IOException {
    SoakServer soak = new SoakServer(Path.of(args[1]));
    MeshServer server = MeshServer.builder()
        .bind(args[0])
        .workers(WORKERS)
        .rememberedAge(REMEMBERED)
        .sessionIdle(Duration.ofSeconds(31))
        .drainGrace(Duration.ofSeconds(5))
        .addService(ServiceDefinition.builder(Contract.SERVICE)
            .blocking(READ, soak::handle)
            .blocking(PAY, soak::handle)
            .build())
        .build()
        .start();
    System.out.println(server.endpoint());
    BufferedReader parent =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    String line;
    while ((line = parent.readLine()) != null) {
      switch (line) {
        case FOOTPRINT -> System.out.println(Footprint.take().line());
        case LOAD -> System.out.println(text(server.load()));
        default -> {
          server.close();
          System.exit(0);
        }
      }
    }
    Runtime.getRuntime().halt(1); // the parent has died
  }

  private static String text(LoadReport load) {
    return load.queued() + " " + load.running();
  }

  private byte[] handle(byte[] request) {
    long id = Contract.id(request);
    write(id);
    LockSupport.parkNanos(id % 7 * 500_000); // some take 3 ms, some nothing
    write(-id);
    if (id % 50 == 0) {
      throw new RpcException(Code.FAILED_PRECONDITION, "every fiftieth");
    }
    return request;
  }

  /** In the system's hands when it returns: a kill loses nothing. Negative: the work has ended. */
  private synchronized void write(long entry) {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).putLong(entry).flip();
    try {
      while (bytes.hasRemaining()) {
        books.write(bytes);
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}

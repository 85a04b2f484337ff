package io.meshrpc.examples;

import io.meshrpc.MeshClient;
import io.meshrpc.MeshServer;

/** The shortest thing that works: a server, a client, a call. */
final class Hello {
  private Hello() {}

  /** Runs the example. */
  public static void main(String[] args) {
    try (MeshServer server = MeshServer.builder()
            .bind("tcp://127.0.0.1:*")
            .addService(GreeterMesh.bind(Hello::greet))
            .build()
            .start();
        MeshClient mesh = MeshClient.builder().connect(server.endpoint()).build()) {
      GreeterMesh.Client greeter = GreeterMesh.client(mesh);

      HelloRequest request = HelloRequest.newBuilder().setName("world").build();
      System.out.println("blocking:     " + greeter.sayHello(request).getText());

      String later =
          greeter.sayHelloAsync(request).thenApply(HelloReply::getText).join();
      System.out.println("asynchronous: " + later);
    }
  }

  private static HelloReply greet(HelloRequest request) {
    return HelloReply.newBuilder().setText("Hello, " + request.getName() + "!").build();
  }
}

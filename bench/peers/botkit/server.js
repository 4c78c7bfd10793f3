// The five-step form of bench/bot on Botkit 4: states in memory, nothing kept on disk. Usage: node server.js PORT
// It answers over its web socket at / and inside the response of POST /api/messages.
"use strict";

const { Botkit, BotkitConversation } = require("botkit");
const { WebAdapter } = require("botbuilder-adapter-web");

process.env.PORT = process.argv[2];
const controller = new Botkit({ adapter: new WebAdapter({}), webhook_uri: "/api/messages", disable_console: true });

const form = new BotkitConversation("form", controller);
form.ask("What is your name?", async () => {}, "name");
form.ask("Which city do you live in?", async () => {}, "city");
form.ask("Which product is it about?", async () => {}, "product");
form.ask("Which number can we call?", async () => {}, "phone");
form.ask("Anything else we should know?", async () => {}, "remark");
form.say("Thank you, {{vars.name}} from {{vars.city}}: {{vars.product}}, {{vars.phone}}, {{vars.remark}}.");
controller.addDialog(form);

controller.ready(() => {
  controller.on("message", async (bot) => {
    await bot.beginDialog("form");
  });
});

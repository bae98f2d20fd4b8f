# exported by hand, 2019
INSERT INTO asterisk.ivr_details (id, name, announcement, directdial, invalid_loops, invalid_destination, timeout_time, timeout_loops, timeout_destination, retvm) VALUES
 (1, 'null', 99, 'Disabled', 'disabled', '', 99, 'disabled', '', ''),
 (2, '"Müller & Söhne": {billing} # \'quoted\'', NULL, '', '10', 'ivr-3,s,1', 0, '0', 'ivr-3,s,1', 'on'),
 (3, '', NULL, '', '3', 'ivr-2,s,1', 5, 'disabled', 'x', ''),
 (7, 'Nobody calls this', NULL, '', '1', 'ivr-7,s,1', 5, '1', 'ivr-7,s,1', ''),
 (8, 'No keys at all', 5, '', '1', 'custom-app,s,1', 5, '1', 'custom-app,s,1', '');
INSERT INTO `ivr_entries` (`ivr_id`, `selection`, `dest`, `ivr_ret`) VALUES
 (1,'1','ivr-2,s,1',0),(1,'2','ivr-404,s,1',0),(1,'3','app-announcement-1,s,1',0),(1,'4','ext-miscdests,1,1',0),
 (1,'5','app-blackhole,musiconhold,1',0),(1,'6','directory,1,1',0),(1,'7','ivr-8,s,1',0),(1,'8','app-blackhole,hangup,1',0),
 (1,'9','ext-queues,600,1',0),(1,'0','ext-local,vmu100,1',0),(1,'#','ivr-1,s,1',0),(1,'*','ivr-3,s,1',0),(1,'42','ivr-3,s,1',0),(1,'1','ext-queues,600,1',0),
 (1,'t','app-announcement-2,s,1',0),(1,'_2XX','ext-queues,600,1',0),
 (2,'1','ivr-1,s,1',0),(2,'2','',0),
 (7,'1','ivr-7,s,1',0);
insert into announcement (announcement_id, description, recording_id, post_dest, return_ivr) values
 (1, 'Round', 5, 'app-announcement-2,s,1', 0), (2, 'And round', 6, 'app-announcement-1,s,1', 0);
INSERT INTO recordings (id, displayname, filename) VALUES (5,'a','custom/Ansage Nr. 5.wav'),(6,'b','other/Ansage Nr. 5');
INSERT INTO miscdests (id, description, destdial) VALUES (1,'Answering service','0045 99 88 77 66');
INSERT INTO directory_details (id, dirname) VALUES (1,'Staff');
INSERT INTO incoming (cidnum, extension, destination, description) VALUES ('4599887766','+4512345800','ivr-1,s,1','A caller'),('','','ivr-1,s,1','');
INSERT INTO cdr VALUES ('not', 'looked', 'at');
INSERT INTO users (extension, name) VALUES ('205','Anna');
INSERT INTO miscdests (id, description, destdial) VALUES (2,'Anna direct','205'),(3,'Park','{core:park}');
INSERT INTO callback (callback_id, description, callbacknum, destination, sleep, deptname) VALUES
 (1,'Call me back','','ext-queues,600,1',5,''),(2,'Wake the watchman','+4599999999','ivr-1,s,1',5,'');
INSERT INTO ivr_entries (ivr_id, selection, dest, ivr_ret) VALUES
 (2,'3','callback,1,1',0),(2,'4','callback,2,1',0),(2,'5','ext-miscdests,2,1',0),(2,'6','ext-miscdests,3,1',0);

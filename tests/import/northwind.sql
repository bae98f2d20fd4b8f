-- MySQL dump 10.19  Distrib 10.3.39-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: localhost    Database: asterisk
-- ------------------------------------------------------
/*!40101 SET NAMES utf8mb4 */;

DROP TABLE IF EXISTS `announcement`;
CREATE TABLE `announcement` (
  `announcement_id` int(11) NOT NULL AUTO_INCREMENT,
  `description` varchar(50) DEFAULT NULL,
  `recording_id` int(11) DEFAULT NULL,
  `allow_skip` int(11) DEFAULT NULL,
  `post_dest` varchar(255) DEFAULT NULL,
  `return_ivr` tinyint(1) NOT NULL DEFAULT 0,
  `noanswer` tinyint(1) NOT NULL DEFAULT 0,
  `repeat_msg` varchar(2) NOT NULL DEFAULT '',
  PRIMARY KEY (`announcement_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO `announcement` VALUES (1,'Opening hours',12,1,'app-blackhole,hangup,1',0,0,''),(2,'Closed',13,0,'app-blackhole,hangup,1',0,0,'');

CREATE TABLE `incoming` (
  `cidnum` varchar(20) DEFAULT NULL,
  `extension` varchar(50) NOT NULL,
  `destination` varchar(50) DEFAULT NULL,
  `description` varchar(80) DEFAULT NULL
) ENGINE=InnoDB;
INSERT INTO `incoming` VALUES ('','+4512345600','timeconditions,1,1','Northwind main number'),('','+4512345601','timeconditions,1,1','Northwind old number');

CREATE TABLE `ivr_details` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `name` varchar(50) DEFAULT NULL,
  `description` varchar(150) DEFAULT NULL,
  `announcement` int(11) DEFAULT NULL,
  `directdial` varchar(50) DEFAULT NULL,
  `invalid_loops` varchar(10) DEFAULT NULL,
  `invalid_retry_recording` varchar(25) DEFAULT NULL,
  `invalid_destination` varchar(50) DEFAULT NULL,
  `timeout_enabled` varchar(50) DEFAULT NULL,
  `invalid_recording` varchar(25) DEFAULT NULL,
  `retvm` varchar(8) DEFAULT NULL,
  `timeout_time` int(11) DEFAULT NULL,
  `timeout_recording` varchar(25) DEFAULT NULL,
  `timeout_retry_recording` varchar(25) DEFAULT NULL,
  `timeout_destination` varchar(50) DEFAULT NULL,
  `timeout_loops` varchar(10) DEFAULT NULL,
  `timeout_append_announce` tinyint(1) NOT NULL DEFAULT 1,
  `invalid_append_announce` tinyint(1) NOT NULL DEFAULT 1,
  `timeout_ivr_ret` tinyint(1) NOT NULL DEFAULT 0,
  `invalid_ivr_ret` tinyint(1) NOT NULL DEFAULT 0,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB;
INSERT INTO `ivr_details` VALUES (1,'Main menu','What callers hear first',10,'ext-local','2','default','app-blackhole,hangup,1',NULL,'default','',10,'default','default','app-blackhole,hangup,1','2',1,1,0,0),(2,'Orders','',11,'','2','default','ivr-1,s,1',NULL,'default','',5,'default','default','ext-local,vmu201,1','1',1,1,0,0);

CREATE TABLE `ivr_entries` (
  `ivr_id` int(11) NOT NULL,
  `selection` varchar(30) DEFAULT NULL,
  `dest` varchar(200) DEFAULT NULL,
  `ivr_ret` tinyint(1) NOT NULL DEFAULT 0
) ENGINE=InnoDB;
INSERT INTO `ivr_entries` VALUES (1,'1','ivr-2,s,1',0),(1,'2','ext-queues,600,1',0),(1,'3','app-announcement-1,s,1',0),(1,'0','ext-fax,1,1',0),(2,'1','ext-queues,601,1',0),(2,'2','from-did-direct,201,1',0),(2,'*','app-blackhole,hangup,1',1),(2,'9','app-blackhole,hangup,1',0);

CREATE TABLE `queues_config` (
  `extension` varchar(20) NOT NULL DEFAULT '',
  `descr` varchar(35) NOT NULL DEFAULT '',
  `maxwait` varchar(8) NOT NULL DEFAULT '',
  `dest` varchar(50) NOT NULL DEFAULT '',
  PRIMARY KEY (`extension`)
) ENGINE=InnoDB;
INSERT INTO `queues_config` VALUES ('600','Support','300','app-blackhole,hangup,1'),('601','Order desk','','');

CREATE TABLE `recordings` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `displayname` varchar(50) DEFAULT NULL,
  `filename` blob DEFAULT NULL,
  `description` varchar(254) DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB;
INSERT INTO `recordings` VALUES (10,'Main menu',_binary 'custom/northwind-main',''),(11,'Orders',_binary 'custom/northwind-orders',''),(12,'Hours',_binary 'custom/hours',''),(13,'Closed','custom/closed&custom/bye','');

CREATE TABLE `timeconditions` (
  `timeconditions_id` int(11) NOT NULL AUTO_INCREMENT,
  `displayname` varchar(50) DEFAULT NULL,
  `time` int(11) DEFAULT NULL,
  `truegoto` varchar(50) DEFAULT NULL,
  `falsegoto` varchar(50) DEFAULT NULL,
  `timezone` varchar(255) DEFAULT NULL,
  PRIMARY KEY (`timeconditions_id`)
) ENGINE=InnoDB;
INSERT INTO `timeconditions` VALUES (1,'Office hours','1','ivr-1,s,1','app-announcement-2,s,1','Europe/Copenhagen');

CREATE TABLE `timegroups_groups` (
  `id` int(11) NOT NULL,
  `description` varchar(50) NOT NULL
);
INSERT INTO `timegroups_groups` VALUES (1,'Office');
CREATE TABLE `timegroups_details` (
  `id` int(11) NOT NULL,
  `timegroupid` int(11) NOT NULL,
  `time` varchar(100) NOT NULL
);
INSERT INTO `timegroups_details` VALUES (1,1,'08:00-17:00|mon-thu|*|*'),(2,1,'08:00-15:30|fri|*|*'),(3,1,'10:00-12:00|*|24|dec');

CREATE TABLE `users` (
  `extension` varchar(20) NOT NULL,
  `name` varchar(50) DEFAULT NULL
);
INSERT INTO `users` VALUES ('201','Warehouse');
-- Dump completed
